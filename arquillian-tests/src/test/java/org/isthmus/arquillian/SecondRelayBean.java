package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Receives letters of the adapter second and sends them on by the other one, in one transaction. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "second"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = Relay.LETTERS),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "10"),
        })
public class SecondRelayBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        Relay.sendOn(message, Relay.FIRST, Relay.ARRIVED, "by the second");
    }
}
