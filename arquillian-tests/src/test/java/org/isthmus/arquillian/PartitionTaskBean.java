package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Does tasks that come by a topic, those of one partition in their order. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "tasks-by-partition"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "tasks"),
            @ActivationConfigProperty(propertyName = "startFrom", propertyValue = "earliest"),
            @ActivationConfigProperty(propertyName = "ordering", propertyValue = "partition"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "16"),
        })
public class PartitionTaskBean implements MessageListener {
    @Override
    public void onMessage(Message task) {
        try {
            Tasks.BY_PARTITION.done(
                    task.getStringProperty("JMS_Isthmus_Partition"), task.getLongProperty("JMS_Isthmus_Offset"));
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
