package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Session;
import jakarta.transaction.UserTransaction;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: what an application holds while transactions begin and end. */
@ExtendWith(ArquillianExtension.class)
class HeldOverTransactionsIT {
    @Resource(lookup = ModesDefinitions.FACTORY)
    private ConnectionFactory factory;

    @Inject
    @JMSConnectionFactory(ModesDefinitions.FACTORY)
    private JMSContext injected;

    @Resource
    private UserTransaction transaction;

    @Deployment
    static WebArchive application() {
        return Application.war("held.war")
                .addClass(ModesDefinitions.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @Test
    void sessionFromBeforeATransactionTakesPartInOneAfterAnother() throws Exception {
        try (var connection = factory.createConnection();
                var session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            var receipts = session.createProducer(session.createQueue("receipts-held"));
            transaction.begin();
            receipts.send(session.createTextMessage("never"));
            transaction.rollback();
            transaction.begin();
            receipts.send(session.createTextMessage("four"));
            transaction.commit();
        }

        assertThat(receipt()).isEqualTo("four");
    }

    @Test
    void injectedContextIsUsedBeforeWithinAndAfterATransaction() throws Exception {
        var receipts = injected.createQueue("receipts-held");
        injected.createProducer().send(receipts, "before");
        assertThat(receipt()).isEqualTo("before");

        transaction.begin();
        injected.createProducer().send(receipts, "never");
        transaction.rollback();
        transaction.begin();
        injected.createProducer().send(receipts, "within");
        transaction.commit();
        assertThat(receipt()).isEqualTo("within");

        injected.createProducer().send(receipts, "after");
        assertThat(receipt()).isEqualTo("after");
    }

    /** The next one, after which there is none. */
    private String receipt() {
        try (JMSContext context = factory.createContext();
                var receipts = context.createConsumer(context.createQueue("receipts-held"))) {
            var text = receipts.receiveBody(String.class, 30_000);
            assertThat(receipts.receiveBodyNoWait(String.class)).isNull();
            return text;
        }
    }
}
