package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Has a durable subscription of its own, and never gives a message up. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "clientId", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "startFrom", propertyValue = "earliest"),
            @ActivationConfigProperty(propertyName = "maxDeliveries", propertyValue = "-1"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "100"),
        })
public class LedgerBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        Ledger.add(Ledger.OWN, message);
    }
}
