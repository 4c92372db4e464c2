package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Never accepts anything, by an exception or by a rollback, and is asked once again, as it says by the names that another adapter has for that. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "StubbornBean"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "maximumRedeliveries", propertyValue = "1"),
            @ActivationConfigProperty(propertyName = "initialRedeliveryDelay", propertyValue = "10"),
            @ActivationConfigProperty(propertyName = "backOffMultiplier", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "useJNDI", propertyValue = "true"),
            @ActivationConfigProperty(propertyName = "deadLetterDestination", propertyValue = StubbornBean.GIVEN_UP),
        })
public class StubbornBean implements MessageListener {
    static final String GIVEN_UP = "given-up";
    static final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @Resource
    private MessageDrivenContext context;

    @Override
    public void onMessage(Message message) {
        try {
            seen.add(message.getBody(String.class) + " " + message.getIntProperty("JMSXDeliveryCount"));
            if (message.getBody(String.class).equals("throw")) {
                throw new IllegalStateException("Refused, as the test has it");
            }
            context.setRollbackOnly();
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
