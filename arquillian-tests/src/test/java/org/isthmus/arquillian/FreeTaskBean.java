package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Does tasks in any order. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "free-tasks"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "ordering", propertyValue = "none"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "16"),
        })
public class FreeTaskBean implements MessageListener {
    @Override
    public void onMessage(Message task) {
        try {
            Tasks.FREE.done(task.getJMSMessageID(), 0);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
