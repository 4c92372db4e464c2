package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import jakarta.transaction.UserTransaction;

/** Sends in a transaction of its own. */
@Stateless
@TransactionManagement(TransactionManagementType.BEAN)
public class BeanManagedSenderBean {
    @Resource(lookup = ModesDefinitions.FACTORY)
    private ConnectionFactory factory;

    @Resource
    private UserTransaction transaction;

    public void send(Queue to, String text, boolean commit) throws Exception {
        transaction.begin();
        try (var context = factory.createContext()) {
            context.createProducer().send(to, text);
        }
        if (commit) {
            transaction.commit();
        } else {
            transaction.rollback();
        }
    }
}
