package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;

/** Answers what it is asked, saying for which time it was; then it fails at the first delivery. */
abstract class AnsweringBean {
    @Resource(lookup = ModesDefinitions.FACTORY)
    private ConnectionFactory factory;

    /** For the bean's own method, since a transaction attribute does not reach one that is inherited. */
    final void answer(Message question) {
        try {
            answer(question, question.getIntProperty("JMSXDeliveryCount"));
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    void answer(Message question, int delivery) throws JMSException {
        send(question, "delivery " + delivery);
        if (delivery == 1) {
            throw new IllegalStateException("Refused, as the test has it");
        }
    }

    final void send(Message question, String answer) throws JMSException {
        try (var context = factory.createContext()) {
            context.createProducer().send(question.getJMSReplyTo(), answer);
        }
    }
}
