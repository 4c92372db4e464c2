package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.isthmus.jms.BatchMessageListener;

/** Takes lists, each in one transaction, in which it answers all of it and then rolls back where it is the first delivery. */
@MessageDriven(
        messageListenerInterface = BatchMessageListener.class,
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "ListBean"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "maxBatchSize", propertyValue = "5"),
            @ActivationConfigProperty(propertyName = "batchTimeout", propertyValue = "30000"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "10"),
        })
public class ListBean implements BatchMessageListener {
    static final BlockingQueue<List<String>> lists = new LinkedBlockingQueue<>();

    @Resource
    private MessageDrivenContext transaction;

    @Resource(lookup = ModesDefinitions.FACTORY)
    private ConnectionFactory factory;

    @Override
    public void onMessages(List<Message> messages) {
        try (var context = factory.createContext()) {
            var texts = new ArrayList<String>();
            for (var message : messages) {
                int delivery = message.getIntProperty("JMSXDeliveryCount");
                texts.add(message.getBody(String.class));
                context.createProducer()
                        .send(message.getJMSReplyTo(), message.getBody(String.class) + " at delivery " + delivery);
                if (delivery == 1) {
                    transaction.setRollbackOnly();
                }
            }
            lists.add(texts);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
