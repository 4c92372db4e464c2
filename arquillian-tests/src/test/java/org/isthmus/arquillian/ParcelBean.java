package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import javax.naming.NamingException;

/** Sends on what it receives as a user of its own. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = ParcelBean.PARCELS),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "userName", propertyValue = "ann"),
            @ActivationConfigProperty(propertyName = "password", propertyValue = "apple"),
        })
public class ParcelBean implements MessageListener {
    static final String PARCELS = "parcels";
    static final String DELIVERED = "delivered";

    @Override
    public void onMessage(Message parcel) {
        try (var context = Bookkeeping.factory().createContext()) {
            context.createProducer().send(context.createQueue(DELIVERED), parcel.getBody(String.class));
        } catch (NamingException | JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
