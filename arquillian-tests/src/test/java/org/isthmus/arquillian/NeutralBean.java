package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.inject.Inject;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;

/** Replies to each order in the transaction in which it came; rolls the first delivery back where the order says so. Of Jakarta EE alone. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = "java:global/neutral/orders"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
        })
public class NeutralBean implements MessageListener {
    @Resource
    private MessageDrivenContext transaction;

    @Inject
    private JMSContext context;

    @Resource(lookup = "java:global/neutral/replies")
    private Queue replies;

    @Override
    public void onMessage(Message order) {
        try {
            int delivery = order.getIntProperty("JMSXDeliveryCount");
            context.createProducer().send(replies, order.getBody(String.class) + " at delivery " + delivery);
            if (delivery == 1 && order.getBooleanProperty("refuse")) {
                transaction.setRollbackOnly();
            }
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
