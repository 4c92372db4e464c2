package org.isthmus.arquillian;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.transaction.TransactionManager;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

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
        execute("create table if not exists booked (text varchar(200))");
    }

    /** In the transaction of the calling thread, which kills the server when it is told to. */
    static void book(String text, Death death) {
        try {
            switch (death.place()) {
                case FIRST -> {
                    enlist(death);
                    send(text);
                    insert(text);
                }
                case AFTER_THE_DATABASE -> {
                    insert(text);
                    enlist(death);
                    send(text);
                }
                case LAST -> {
                    send(text);
                    insert(text);
                    enlist(death);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void enlist(Death death) throws Exception {
        TransactionManager manager = InitialContext.doLookup(System.getProperty("isthmus.test.manager"));
        manager.getTransaction().enlistResource(new DyingResource(death.phase()));
    }

    private static void send(String text) throws NamingException {
        try (var context = factory().createContext()) {
            context.createProducer().send(context.createQueue(BOOKED), text);
        }
    }

    private static void insert(String text) throws NamingException, SQLException {
        execute("insert into booked values ('" + text + "')");
    }

    private static void execute(String sql) throws NamingException, SQLException {
        try (var connection = database().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What is booked in the queue and in the table, what is still to be worked on, each sorted, and what is in doubt at the broker and in the database. */
    static String state() throws NamingException, SQLException, JMException {
        try (var context = factory().createContext()) {
            return "%s %s %s in doubt: %d %d"
                    .formatted(
                            messages(context, BOOKED),
                            texts("select text from booked order by text"),
                            messages(context, WORK),
                            branchesThatWait(),
                            texts("select transaction_name from information_schema.in_doubt")
                                    .size());
        }
    }

    private static int branchesThatWait() throws JMException {
        var server = ManagementFactory.getPlatformMBeanServer();
        var branches = server.queryNames(new ObjectName("org.isthmus:type=RecoverableBranches,*"), null);
        return ((Object[]) server.getAttribute(branches.iterator().next(), "Branches")).length;
    }

    private static List<String> texts(String query) throws NamingException, SQLException {
        try (var connection = database().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
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
