package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Is not let in, so nobody hands it anything. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = ParcelBean.DELIVERED),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "userName", propertyValue = "ann"),
            @ActivationConfigProperty(propertyName = "password", propertyValue = "pear"),
            @ActivationConfigProperty(propertyName = "setupAttempts", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "setupInterval", propertyValue = "100"),
        })
public class LostParcelBean implements MessageListener {
    @Override
    public void onMessage(Message parcel) {
        throw new IllegalStateException("Who let me in?");
    }
}
