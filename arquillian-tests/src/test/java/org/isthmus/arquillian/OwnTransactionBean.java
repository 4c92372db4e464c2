package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.EJBException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.UserTransaction;

/** Answers outside of a transaction and within one of its own, which the question is no part of; at the first delivery it rolls that back and fails. */
abstract class OwnTransactionBean extends AnsweringBean {
    @Resource
    private UserTransaction transaction;

    @Override
    void answer(Message question, int delivery) throws JMSException {
        send(question, "outside at delivery " + delivery);
        try {
            transaction.begin();
            send(question, "within at delivery " + delivery);
            if (delivery == 1) {
                transaction.rollback();
                throw new IllegalStateException("Refused, as the test has it");
            }
            transaction.commit();
        } catch (NotSupportedException
                | SystemException
                | RollbackException
                | HeuristicMixedException
                | HeuristicRollbackException e) {
            throw new EJBException(e);
        }
    }
}
