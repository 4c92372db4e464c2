package org.isthmus.arquillian;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.isthmus.arquillian.DyingResource.Phase;

/**
 * Writes into a table and sends to a queue in transactions that another resource takes part in, and may kill the server by. By pools of the
 * server, which it names to applications by system properties.
 */
@SuppressWarnings("BanJNDI") // the names are those of the test
final class Bookkeeping {
    static final String WORK = "work";
    static final String BOOKED = "booked";

    private Bookkeeping() {}

    /** For the server's command line. */
    static List<String> names(String factory, String database, String manager) {
        return List.of(
                "-Disthmus.test.factory=" + factory,
                "-Disthmus.test.database=" + database,
                "-Disthmus.test.manager=" + manager);
    }

    static ConnectionFactory factory() throws NamingException {
        return InitialContext.doLookup(System.getProperty("isthmus.test.factory"));
    }

    private static DataSource database() throws NamingException {
        return InitialContext.doLookup(System.getProperty("isthmus.test.database"));
    }

    static void create() throws NamingException, SQLException {
        execute("create table booked (text varchar(200))");
    }

    /** In the transaction of the calling thread, which kills the server in the given phase. */
    static void book(String text, Phase deadly) {
        try {
            // It is to be the last that prepares, and the first that commits.
            if (deadly == Phase.PREPARE) {
                write(text);
                enlist(deadly);
            } else {
                enlist(deadly);
                write(text);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void enlist(Phase deadly) throws Exception {
        TransactionManager manager = InitialContext.doLookup(System.getProperty("isthmus.test.manager"));
        manager.getTransaction().enlistResource(new DyingResource(deadly));
    }

    private static void write(String text) throws NamingException, SQLException {
        try (var context = factory().createContext()) {
            context.createProducer().send(context.createQueue(BOOKED), text);
        }
        execute("insert into booked values ('" + text + "')");
    }

    private static void execute(String sql) throws NamingException, SQLException {
        try (var connection = database().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What is booked in the queue and in the table, and what is still to be worked on, each sorted. */
    static String state() throws NamingException, SQLException {
        try (var context = factory().createContext()) {
            return messages(context, BOOKED) + " " + rows() + " " + messages(context, WORK);
        }
    }

    private static List<String> rows() throws NamingException, SQLException {
        try (var connection = database().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select text from booked order by text")) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private static List<String> messages(JMSContext context, String queue) {
        var texts = new ArrayList<String>();
        try (var browser = context.createBrowser(context.createQueue(queue))) {
            var messages = browser.getEnumeration();
            while (messages.hasMoreElements()) {
                texts.add(((Message) messages.nextElement()).getBody(String.class));
            }
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
        texts.sort(null);
        return texts;
    }
}
