package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.JMSConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.transaction.UserTransaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: queues and a database in one transaction of the container, by a bean, by an application's own transaction and by an injected context. */
@ExtendWith(ArquillianExtension.class)
class XaBeanIT {
    @Resource(lookup = "java:app/jms/payments")
    private ConnectionFactory factory;

    @Resource(lookup = "java:app/jdbc/payments")
    private DataSource database;

    @Inject
    @JMSConnectionFactory("java:app/jms/payments")
    private JMSContext injected;

    @Resource
    private UserTransaction transaction;

    @Deployment
    static WebArchive application() {
        return Application.war("payments.war", PaymentBean.class)
                .addClasses(PaymentDefinitions.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @BeforeEach
    void table() throws SQLException {
        execute("create table payments (text varchar(200))");
    }

    @AfterEach
    void noTable() throws SQLException {
        execute("drop table payments");
    }

    @Test
    void whatABeanReceivesWritesAndSendsHappensTogether() throws Exception {
        pay("one", false);

        assertThat(receipt()).isEqualTo("one at delivery 1");
        assertThat(payments()).containsExactly("one at delivery 1");
    }

    @Test
    void aTransactionThatABeanRefusesLeavesNothingAndComesAgain() throws Exception {
        pay("two", true);

        assertThat(receipt()).isEqualTo("two at delivery 2");
        assertThat(payments()).containsExactly("two at delivery 2");
    }

    @Test
    void anApplicationsOwnTransactionTakesBothOrNone() throws Exception {
        transaction.begin();
        PaymentBean.book("never", factory, database);
        transaction.rollback();
        transaction.begin();
        PaymentBean.book("three", factory, database);
        transaction.commit();

        assertThat(receipt()).isEqualTo("three");
        assertThat(payments()).containsExactly("three");
    }

    @Test
    void injectedContextLeavesToTheContainerWhatIsItsOwn() {
        assertThatThrownBy(injected::close).isInstanceOf(IllegalStateRuntimeException.class);
        assertThatThrownBy(injected::commit).isInstanceOf(IllegalStateRuntimeException.class);
        assertThatThrownBy(injected::start).isInstanceOf(IllegalStateRuntimeException.class);
        assertThatThrownBy(() -> injected.setClientID("mine")).isInstanceOf(IllegalStateRuntimeException.class);
    }

    private void pay(String text, boolean refuse) {
        try (var context = factory.createContext()) {
            context.createProducer().setProperty("refuse", refuse).send(context.createQueue("payments"), text);
        }
    }

    /** The next one, after which there is none. */
    private String receipt() {
        try (JMSContext context = factory.createContext();
                var receipts = context.createConsumer(context.createQueue("receipts"))) {
            var text = receipts.receiveBody(String.class, 30_000);
            assertThat(receipts.receiveBodyNoWait(String.class)).isNull();
            return text;
        }
    }

    /** Once there are any: a manager commits one after another what it has prepared. */
    private List<String> payments() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        var found = rows();
        while (found.isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
            found = rows();
        }
        return found;
    }

    private List<String> rows() throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select text from payments")) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
