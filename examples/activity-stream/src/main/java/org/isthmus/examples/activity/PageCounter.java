package org.isthmus.examples.activity;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/**
 * Receives page views through a durable subscription: what comes while the server is down waits. Up to four of these work at once, one for
 * each partition.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = "java:app/jms/page-views"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "clientId", propertyValue = "activity-stream"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "page-counter"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "4"),
        })
public class PageCounter implements MessageListener {
    @Inject
    private PageCounts counts;

    @Inject
    private LiveFeed feed;

    @Override
    public void onMessage(Message message) {
        try {
            var view = PageView.fromJson(message.getBody(String.class));
            var seen = new Seen(
                    view,
                    message.getIntProperty("JMS_Isthmus_Partition"),
                    message.getLongProperty("JMS_Isthmus_Offset"));
            if (counts.count(seen)) {
                feed.publish(seen);
            }
        } catch (JMSException e) {
            throw new IllegalStateException("Unreadable: " + message, e);
        }
    }
}
