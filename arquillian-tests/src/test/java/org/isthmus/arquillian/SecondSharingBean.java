package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Shares a durable subscription, and what it selects, with another kind of bean. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "messageSelector", propertyValue = "number > 0"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "shareSubscriptions", propertyValue = "true"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "shared-ledger"),
            @ActivationConfigProperty(propertyName = "startFrom", propertyValue = "earliest"),
            @ActivationConfigProperty(propertyName = "maxDeliveries", propertyValue = "-1"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "100"),
        })
public class SecondSharingBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        Ledger.add(Ledger.SHARED, message);
    }
}
