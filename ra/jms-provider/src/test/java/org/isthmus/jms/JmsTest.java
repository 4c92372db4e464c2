package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Connections that end with the test, and names that no other test uses. */
abstract class JmsTest {
    static final long SOON = 20_000; // how long to wait for what must come; only a failing test waits so long

    private static final AtomicInteger TESTS = new AtomicInteger();

    private final int test = TESTS.getAndIncrement();
    private final List<IsthmusConnection> connections = new ArrayList<>();

    abstract BrokerLink.Dialer dialer();

    IsthmusConnection connect() throws JMSException {
        return connect(Domain.UNIFIED, null);
    }

    IsthmusConnection connect(String clientId) throws JMSException {
        return connect(Domain.UNIFIED, clientId);
    }

    IsthmusConnection connect(Domain domain, @Nullable String clientId) throws JMSException {
        var settings = new IsthmusConnection.Settings(false, TrustedClasses.with(""), StartFrom.LATEST);
        var connection = new IsthmusConnection(dialer(), domain, settings, clientId);
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

    IsthmusSession session() throws JMSException {
        return started().createSession(Session.AUTO_ACKNOWLEDGE);
    }

    IsthmusTopic topic(String name) {
        return new IsthmusTopic(own(name));
    }

    /** The name for this test alone. */
    String own(String name) {
        return name + "-" + test;
    }

    static String bodyOf(Message message) {
        try {
            return ((TextMessage) message).getText();
        } catch (JMSException e) {
            throw new AssertionError(e);
        }
    }

    static Object outcome(JmsErrors.Action action) {
        try {
            action.run();
            return "done";
        } catch (JMSException e) {
            return e;
        }
    }

    @AfterEach
    void closeConnections() throws JMSException {
        for (var connection : connections) {
            connection.close();
        }
        afterConnections();
    }

    void afterConnections() {}
}
