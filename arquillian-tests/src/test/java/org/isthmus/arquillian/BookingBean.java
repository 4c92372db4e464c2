package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Books what it receives, in the transaction in which it received it; kills the server at the first delivery, where the message says so, and ends another process. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = Bookkeeping.WORK),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "10"),
        })
public class BookingBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        try {
            var first = message.getIntProperty("JMSXDeliveryCount") == 1;
            Bookkeeping.book(
                    message.getBody(String.class),
                    first ? Death.valueOf(message.getStringProperty("death")) : Death.NEVER);
            boolean forcibly = message.getBooleanProperty("forcibly");
            // There is none with number 0.
            ProcessHandle.of(message.getLongProperty("ends"))
                    .ifPresent(forcibly ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
