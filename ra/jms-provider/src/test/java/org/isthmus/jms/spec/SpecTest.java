package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A provider as an application has it: one factory and the interfaces of the specification. The broker lives as long as the class. */
abstract class SpecTest {
    static final long SOON = 20_000; // how long to wait for what must come; only a failing test waits so long

    private static final AtomicInteger TESTS = new AtomicInteger();

    @TempDir
    static Path data;

    private static Connection anchor;

    private final int test = TESTS.getAndIncrement();
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void holdTheBroker() throws JMSException {
        anchor = factory().createConnection();
    }

    @AfterAll
    static void letTheBrokerGo() throws JMSException {
        anchor.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var it : open) {
            it.close();
        }
    }

    static IsthmusConnectionFactory factory() {
        var factory = new IsthmusConnectionFactory();
        factory.setDataDirectory(data.toString());
        return factory;
    }

    <T extends AutoCloseable> T closing(T it) {
        open.add(it);
        return it;
    }

    Connection connection() throws JMSException {
        return closing(factory().createConnection());
    }

    Connection started() throws JMSException {
        var connection = connection();
        connection.start();
        return connection;
    }

    Session session(int mode) throws JMSException {
        return started().createSession(mode);
    }

    Session session() throws JMSException {
        return session(Session.AUTO_ACKNOWLEDGE);
    }

    JMSContext context(int mode) {
        return closing(factory().createContext(mode));
    }

    JMSContext context() {
        return context(JMSContext.AUTO_ACKNOWLEDGE);
    }

    /** A name for this test alone. */
    String own(String name) {
        return name + "-" + test;
    }

    Queue queue() throws JMSException {
        return session().createQueue(own("queue"));
    }

    Topic topic() throws JMSException {
        return session().createTopic(own("topic"));
    }

    void send(Queue queue, String... texts) throws JMSException {
        try (var session = session()) {
            var producer = session.createProducer(queue);
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    static String text(Message message) throws JMSException {
        return message == null ? "no message" : message.getBody(String.class);
    }

    static <T> T next(BlockingQueue<T> from) throws InterruptedException {
        return from.poll(SOON, TimeUnit.MILLISECONDS);
    }

    static void refused(Class<? extends Throwable> as, ThrowingCallable... calls) {
        for (int i = 0; i < calls.length; i++) {
            assertThatThrownBy(calls[i]).as("call %d", i).isInstanceOf(as);
        }
    }

    /** What a call threw, for calls that callbacks make. */
    static Object outcome(ThrowingCallable call) {
        try {
            call.call();
            return "done";
        } catch (Throwable e) {
            return e;
        }
    }
}
