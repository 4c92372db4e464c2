package org.isthmus.ra;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.jms.IsthmusQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The adapter with a broker of its own, in a server with a real transaction manager and a real database. */
abstract class XaRig {
    static final IsthmusQueue ORDERS = new IsthmusQueue("orders");
    static final IsthmusQueue INVOICES = new IsthmusQueue("invoices");

    final JtaServer server = new JtaServer();
    final FakeServer threads = new FakeServer();
    final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    final IsthmusManagedConnectionFactory managed = new IsthmusManagedConnectionFactory();
    final Accounts accounts = new Accounts(server, "jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
    ConnectionFactory factory;

    @BeforeAll
    static void manager() {
        JtaServer.keepDecisionsInMemory();
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        adapter.setDataDirectory(directory.toString());
        adapter.start(threads);
        managed.setResourceAdapter(adapter);
        factory = managed.createConnectionFactory(server);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        adapter.stop();
        threads.close();
    }

    void send(IsthmusQueue queue, String... texts) {
        try (var context = factory.createContext()) {
            for (var text : texts) {
                context.createProducer().send(queue, text);
            }
        }
    }

    /** What others see. */
    List<String> browse(IsthmusQueue queue) throws JMSException {
        return browse(adapter, queue);
    }

    static List<String> browse(IsthmusResourceAdapter adapter, IsthmusQueue queue) throws JMSException {
        try (var connection = adapter.connectionFactory().createConnection()) {
            var texts = new ArrayList<String>();
            var messages = connection.createSession().createBrowser(queue).getEnumeration();
            while (messages.hasMoreElements()) {
                texts.add(((TextMessage) messages.nextElement()).getText());
            }
            return texts;
        }
    }
}
