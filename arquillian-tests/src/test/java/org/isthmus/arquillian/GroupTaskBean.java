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
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "tasks-by-group"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "ordering", propertyValue = "key"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "16"),
        })
public class GroupTaskBean implements MessageListener {
    @Override
    public void onMessage(Message task) {
        try {
            Tasks.BY_GROUP.done(task.getStringProperty("JMSXGroupID"), task.getIntProperty("number"));
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
