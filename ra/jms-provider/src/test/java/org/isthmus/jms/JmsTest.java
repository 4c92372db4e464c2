package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A broker in memory and connections to it that end with the test. */
abstract class JmsTest {
    static final long SOON = 10_000; // how long to wait for what must come; only a failing test waits so long

    final MemoryBroker broker = new MemoryBroker();
    private final List<IsthmusConnection> connections = new ArrayList<>();

    IsthmusConnection connect() throws JMSException {
        return connect(Domain.UNIFIED, null);
    }

    IsthmusConnection connect(String clientId) throws JMSException {
        return connect(Domain.UNIFIED, clientId);
    }

    IsthmusConnection connect(Domain domain, @Nullable String clientId) throws JMSException {
        var settings = new IsthmusConnection.Settings(false, TrustedClasses.with(""));
        var connection = new IsthmusConnection(broker.dialer(), domain, settings, clientId);
        connections.add(connection);
        return connection;
    }

    IsthmusConnection started() throws JMSException {
        var connection = connect();
        connection.start();
        return connection;
    }

    IsthmusContext context(int mode) throws JMSException {
        return IsthmusContext.open(connect(), mode);
    }

    static IsthmusTopic topic(String name) {
        return new IsthmusTopic(name);
    }

    IsthmusSession session() throws JMSException {
        return started().createSession(Session.AUTO_ACKNOWLEDGE);
    }

    @AfterEach
    void closeAll() throws JMSException {
        for (var connection : connections) {
            connection.close();
        }
        broker.close();
    }
}
