package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Asks for what cannot be had. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = EchoBean.CALLS),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "messageSelector", propertyValue = "colour = "),
            @ActivationConfigProperty(propertyName = "ordering", propertyValue = "random"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "0"),
        })
public class MisconfiguredBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        throw new IllegalStateException("Who deployed me?");
    }
}
