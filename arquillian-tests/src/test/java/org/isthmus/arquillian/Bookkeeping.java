package org.isthmus.arquillian;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.isthmus.arquillian.DyingResource.Phase;

/** A table and a queue that say the same, if transactions are what they should be; by the server's global resources. */
final class Bookkeeping {
    static final String WORK = "work";
    static final String BOOKED = "booked";

    private Bookkeeping() {}

    static ConnectionFactory factory() throws NamingException {
        return InitialContext.doLookup("jms/books");
    }

    /** In the transaction of the calling thread, which kills the server in the given phase. */
    static void book(String text, Phase deadly) {
        try {
            TransactionManager manager = InitialContext.doLookup("java:appserver/TransactionManager");
            manager.getTransaction().enlistResource(new DyingResource(deadly));
            try (var context = factory().createContext()) {
                context.createProducer().send(context.createQueue(BOOKED), text);
            }
            DataSource database = InitialContext.doLookup("jdbc/books");
            try (var connection = database.getConnection();
                    var insert = connection.prepareStatement("insert into books values (?)")) {
                insert.setString(1, text);
                insert.executeUpdate();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static void createTable() throws NamingException, SQLException {
        DataSource database = InitialContext.doLookup("jdbc/books");
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create table books (text varchar(200))");
        }
    }

    /** What table and queue have, sorted. */
    static String state() throws NamingException, SQLException {
        DataSource database = InitialContext.doLookup("jdbc/books");
        var rows = new ArrayList<String>();
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var found = statement.executeQuery("select text from books order by text")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        try (var context = factory().createContext()) {
            return rows + " " + messages(context, BOOKED) + " " + messages(context, WORK);
        }
    }

    private static List<String> messages(JMSContext context, String queue) {
        var texts = new ArrayList<String>();
        try (var browser = context.createBrowser(context.createQueue(queue))) {
            var messages = browser.getEnumeration();
            while (messages.hasMoreElements()) {
                texts.add(((jakarta.jms.Message) messages.nextElement()).getBody(String.class));
            }
        } catch (jakarta.jms.JMSException e) {
            throw new IllegalStateException(e);
        }
        texts.sort(null);
        return texts;
    }
}
