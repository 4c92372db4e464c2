package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Does tasks, those of one group in their order. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = "java:app/jms/tasks"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "ordering", propertyValue = "key"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "16"),
        })
public class TaskBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        try {
            Tasks.done(message.getStringProperty("JMSXGroupID"), message.getIntProperty("number"));
        } catch (JMSException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
