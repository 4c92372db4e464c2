package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Receives greetings; one that asks for it is refused at its first delivery, by an exception or by a rollback. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = "java:app/jms/greetings"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "clientId", propertyValue = "arquillian"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "greetings"),
            // No server waits for the subscription when it deploys the bean.
            @ActivationConfigProperty(propertyName = "startFrom", propertyValue = "earliest"),
            @ActivationConfigProperty(propertyName = "maxSessions", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "10"),
        })
public class GreetingBean implements MessageListener {
    @Resource
    private MessageDrivenContext context;

    @Override
    public void onMessage(Message message) {
        try {
            int deliveries = message.getIntProperty("JMSXDeliveryCount");
            var refuse = message.getStringProperty("refuse");
            if (deliveries == 1 && "throw".equals(refuse)) {
                throw new IllegalStateException("Refused, as asked");
            }
            if (deliveries == 1 && "rollback".equals(refuse)) {
                context.setRollbackOnly();
                return;
            }
            Postbox.received.add(new Postbox.Received(
                    message.getBody(String.class),
                    message.getStringProperty("colour"),
                    message.getIntProperty("JMS_Isthmus_Partition"),
                    message.getLongProperty("JMS_Isthmus_Offset"),
                    deliveries,
                    message.getJMSRedelivered()));
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
