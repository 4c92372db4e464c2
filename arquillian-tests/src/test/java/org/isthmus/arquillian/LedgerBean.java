package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import java.io.IOException;

/** Writes what it receives into the ledger, unless it is told to refuse; never gives a message up. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Topic"),
            @ActivationConfigProperty(propertyName = "subscriptionDurability", propertyValue = "Durable"),
            @ActivationConfigProperty(propertyName = "clientId", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "subscriptionName", propertyValue = "ledger"),
            @ActivationConfigProperty(propertyName = "maxDeliveries", propertyValue = "-1"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "100"),
        })
public class LedgerBean implements MessageListener {
    @Override
    public void onMessage(Message message) {
        if (Ledger.refuses()) {
            throw new IllegalStateException("Refused, as told");
        }
        try {
            Ledger.add(message.getBody(String.class));
        } catch (JMSException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
