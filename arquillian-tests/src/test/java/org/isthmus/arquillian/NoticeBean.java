package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Has a durable subscription and no client identifier, which is as much as the standard properties demand. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = "java:app/jms/notices"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "connectionFactoryLookup", propertyValue = "java:app/jms/named"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "notices"),
            @ActivationConfigProperty(propertyName = "messageSelector", propertyValue = "number NOT BETWEEN 1 AND 9"),
        })
public class NoticeBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        try {
            Postbox.received.add(new Postbox.Received(
                    message.getBody(String.class),
                    null,
                    message.getIntProperty("JMS_Isthmus_Partition"),
                    message.getLongProperty("JMS_Isthmus_Offset"),
                    message.getIntProperty("JMSXDeliveryCount"),
                    message.getJMSRedelivered()));
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
