package org.isthmus.benchmarks.mdb.application;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Receives and sends on in one transaction of the container. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(
                    propertyName = "destinationLookup",
                    propertyValue = "java:global/measured/forwarding"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "15"),
        })
@TransactionAttribute(TransactionAttributeType.REQUIRED)
public class ForwardingBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        Sending.forward(message);
        Meter.received();
    }
}
