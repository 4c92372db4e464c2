package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import javax.naming.NamingException;

/** Answers each call, in the transaction in which it came. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = EchoBean.CALLS),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
        })
public class EchoBean implements MessageListener {
    static final String CALLS = "calls";
    static final String ECHOES = "echoes";

    @Override
    public void onMessage(Message call) {
        try (var context = Bookkeeping.factory().createContext()) {
            context.createProducer().send(context.createQueue(ECHOES), call.getBody(String.class));
        } catch (NamingException | JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
