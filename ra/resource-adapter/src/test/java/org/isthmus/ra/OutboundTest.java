package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TopicConnection;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.isthmus.jms.IsthmusManagedConnection;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.jms.IsthmusTopic;
import org.isthmus.ra.outbound.Login;
import org.isthmus.ra.outbound.PooledConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application's connection factory, with a pool that keeps what is closed, over a real broker in this JVM. */
@Timeout(60)
class OutboundTest {
    private static final IsthmusTopic TOPIC = new IsthmusTopic("orders");

    private static final CompletionListener IGNORING = new CompletionListener() {
        @Override
        public void onCompletion(Message message) {}

        @Override
        public void onException(Message message, Exception exception) {}
    };

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final IsthmusManagedConnectionFactory managed = new IsthmusManagedConnectionFactory();
    private final Pool pool = new Pool();
    private ConnectionFactory factory;

    /** The least that a server does: one connection at a time, kept when it is closed. */
    private static final class Pool implements ConnectionManager, PoolListener {
        private static final long serialVersionUID = 1L;
        private final transient Deque<ManagedConnection> idle = new ArrayDeque<>();
        private int created;

        @Override
        public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo request)
                throws ResourceException {
            var pooled = factory.matchManagedConnections(Set.copyOf(idle), null, request);
            if (pooled == null) {
                pooled = factory.createManagedConnection(null, request);
                pooled.addConnectionEventListener(this);
                created++;
            }
            idle.remove(pooled);
            return pooled.getConnection(null, request);
        }

        @Override
        public void connectionClosed(ConnectionEvent event) {
            var pooled = (ManagedConnection) event.getSource();
            try {
                pooled.cleanup();
                idle.add(pooled);
            } catch (ResourceException e) {
                throw new java.lang.IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        adapter.setDataDirectory(directory.toString());
        adapter.start(server);
        managed.setResourceAdapter(adapter);
        factory = managed.createConnectionFactory(pool);
    }

    @AfterEach
    void stop() throws Exception {
        for (var connection : pool.idle) {
            connection.destroy();
        }
        adapter.stop();
        server.close();
    }

    @Test
    void aClosedConnectionIsUsedAgainAndItsOldHandleIsDead() throws Exception {
        var first = factory.createConnection();
        var session = first.createSession();
        first.close();

        try (var second = factory.createConnection()) {
            second.createSession();
        }

        assertThat(pool.created).isEqualTo(1);
        assertThatThrownBy(first::createSession).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::createMessage).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void temporaryDestinationsEndWithTheConnectionThatAnApplicationHad() throws Exception {
        var first = factory.createConnection();
        var queue = first.createSession().createTemporaryQueue();
        first.close();

        try (var second = factory.createConnection()) {
            var session = second.createSession();
            var producer = session.createProducer(queue);
            assertThatThrownBy(() -> producer.send(session.createMessage())).isInstanceOf(JMSException.class);
            assertThatThrownBy(() -> session.createConsumer(queue)).isInstanceOf(JMSException.class);
            session.createTemporaryQueue().delete();
        }
        assertThat(pool.created).isEqualTo(1);
    }

    @Test
    void whatOneConnectionSendsAnotherReceives() throws Exception {
        try (var receiving = factory.createContext();
                var consumer = receiving.createConsumer(TOPIC)) {
            try (var sending = factory.createConnection()) {
                var session = sending.createSession();
                session.createProducer(TOPIC).send(session.createTextMessage("hello"));
            }

            assertThat(consumer.receiveBody(String.class, 20_000)).isEqualTo("hello");
        }
        assertThat(pool.created).isEqualTo(2);
    }

    @Test
    void theSimplifiedApiCarriesPropertiesAndEveryBody() {
        try (var receiving = factory.createContext();
                var consumer = receiving.createConsumer(TOPIC);
                var context = factory.createContext()) {
            context.createProducer()
                    .setProperty("colour", "green")
                    .setProperty("size", 4)
                    .setJMSCorrelationID("c1")
                    .setJMSType("t")
                    .send(TOPIC, "text")
                    .send(TOPIC, new byte[] {1, 2})
                    .send(TOPIC, Map.of("key", 7));

            var text = consumer.receive(20_000);
            assertThat(text).satisfies(message -> {
                assertThat(message.getStringProperty("colour")).isEqualTo("green");
                assertThat(message.getIntProperty("size")).isEqualTo(4);
                assertThat(message.getJMSCorrelationID()).isEqualTo("c1");
                assertThat(message.getJMSType()).isEqualTo("t");
                assertThat(message.getBody(String.class)).isEqualTo("text");
            });
            assertThat(consumer.receiveBody(byte[].class, 20_000)).containsExactly(1, 2);
            assertThat(consumer.receiveBody(Map.class, 20_000)).isEqualTo(Map.of("key", 7));
        }
    }

    @Test
    void aProducerGivesBackWhatWasSetOnIt() {
        try (var context = factory.createContext()) {
            var producer = context.createProducer()
                    .setProperty("size", 4)
                    .setPriority(7)
                    .setTimeToLive(1000);

            assertThat(producer.getStringProperty("size")).isEqualTo("4");
            assertThat(producer.getPropertyNames()).containsExactly("size");
            assertThat(producer.getPriority()).isEqualTo(7);
            assertThat(producer.clearProperties().propertyExists("size")).isFalse();
        }
    }

    @Test
    void whatWouldDisturbThePoolIsRefused_12_2() throws Exception {
        try (var connection = factory.createConnection()) {
            assertThatThrownBy(connection::stop).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> connection.setClientID("x")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> connection.setExceptionListener(e -> {}))
                    .isInstanceOf(IllegalStateException.class);
            var session = connection.createSession();
            assertThatThrownBy(connection::createSession).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.setMessageListener(m -> {})).isInstanceOf(IllegalStateException.class);
            var consumer = session.createConsumer(TOPIC);
            assertThatThrownBy(() -> consumer.setMessageListener(m -> {})).isInstanceOf(IllegalStateException.class);
            var producer = session.createProducer(null);
            var message = session.createMessage();
            refused(
                    session::getMessageListener,
                    consumer::getMessageListener,
                    () -> connection.createConnectionConsumer(TOPIC, null, null, 1),
                    () -> connection.createSharedConnectionConsumer(TOPIC, "s", null, null, 1),
                    () -> connection.createDurableConnectionConsumer(TOPIC, "s", null, null, 1),
                    () -> connection.createSharedDurableConnectionConsumer(TOPIC, "s", null, null, 1),
                    () -> producer.send(TOPIC, message, IGNORING),
                    () -> producer.send(TOPIC, message, DeliveryMode.PERSISTENT, 4, 0, IGNORING));
        }
        try (var context = factory.createContext();
                var consumer = context.createConsumer(TOPIC)) {
            for (ThrowingCallable call : new ThrowingCallable[] {
                () -> context.createContext(Session.AUTO_ACKNOWLEDGE),
                context::stop,
                () -> context.setClientID("x"),
                () -> context.setExceptionListener(e -> {}),
                () -> consumer.setMessageListener(m -> {}),
                consumer::getMessageListener,
                () -> context.createProducer().setAsync(IGNORING)
            }) {
                assertThatThrownBy(call).isInstanceOf(IllegalStateRuntimeException.class);
            }
        }
    }

    @Test
    void bodyThatIsNotThereOrOfAnotherTypeStaysAsIfNotReceived() {
        try (var context = factory.createContext();
                var consumer = context.createConsumer(TOPIC)) {
            context.createProducer().send(TOPIC, context.createMessage()).send(TOPIC, "text");

            assertThatThrownBy(() -> consumer.receiveBody(String.class, 20_000))
                    .isInstanceOf(MessageFormatRuntimeException.class);
            assertThat(consumer.receive(20_000)).isNotInstanceOf(TextMessage.class);
            assertThatThrownBy(() -> consumer.receiveBody(Boolean.class, 20_000))
                    .isInstanceOf(MessageFormatRuntimeException.class);
            assertThat(consumer.receiveBody(String.class, 20_000)).isEqualTo("text");
        }
    }

    @Test
    void olderInterfacesRefuseEachOthersCalls() throws Exception {
        try (var connection = ((QueueConnectionFactory) factory).createQueueConnection();
                var session = connection.createSession()) {
            refused(
                    () -> session.createSharedConsumer(TOPIC, "s"),
                    () -> session.createSharedDurableConsumer(TOPIC, "s"),
                    () -> session.createTemporaryTopic(),
                    () -> session.unsubscribe("s"));
        }
        try (var connection = factory.createConnection();
                var session = ((TopicConnection) connection).createTopicSession(false, Session.AUTO_ACKNOWLEDGE)) {
            refused(
                    () -> session.createBrowser(new IsthmusQueue("q")),
                    () -> session.createQueue("q"),
                    () -> session.createTemporaryQueue());
        }
    }

    private static void refused(ThrowingCallable... calls) {
        for (var call : calls) {
            assertThatThrownBy(call).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void modeThatNoSessionHasIsRefused() throws Exception {
        assertThatThrownBy(() -> factory.createContext(-1)).isInstanceOf(JMSRuntimeException.class);
        try (var connection = factory.createConnection()) {
            assertThatThrownBy(() -> connection.createSession(4)).isInstanceOf(JMSException.class);
            connection.createSession(true, 4);
        }
    }

    @Test
    void clientIdentifierIsOfTheConnectionThatIsHandedOutAndOfNoneInThePool() throws Exception {
        managed.setClientId("cts");
        for (int n = 0; n < 3; n++) {
            var pooled = managed.createManagedConnection(null, Login.CONFIGURED);
            pooled.addConnectionEventListener(pool);
            pool.idle.add(pooled);
        }

        var topic = new IsthmusTopic("lasting");
        try (var first = factory.createContext()) {
            assertThat(first.getClientID()).isEqualTo("cts");
            first.createDurableConsumer(topic, "s").close();
            assertThatThrownBy(() -> factory.createContext()).isInstanceOf(InvalidClientIDRuntimeException.class);
        }
        try (var second = factory.createContext()) {
            second.createProducer().send(topic, "kept");
            assertThat(second.createDurableConsumer(topic, "s").receiveBody(String.class, 20_000))
                    .isEqualTo("kept");
        }
        try (var elsewhere = adapter.connectionFactory().createConnection()) {
            elsewhere.setClientID("cts");
        }
    }

    @Test
    void connectionsOfDifferentLoginsAreNotExchanged() throws Exception {
        var ofAnn = managed.createManagedConnection(null, new Login("ann", "a"));
        try {
            assertThat(managed.matchManagedConnections(Set.of(ofAnn), null, Login.CONFIGURED))
                    .isNull();
            assertThat(managed.matchManagedConnections(Set.of(ofAnn), null, new Login("ann", "a")))
                    .isSameAs(ofAnn);
        } finally {
            ofAnn.destroy();
        }
    }

    @Test
    void brokenConnectionIsToldToThePoolOnceAndHandedOutToNobody() throws Exception {
        var own = adapter.connectionFactory().createManagedConnection();
        var broken = new PooledConnection(comesBy(own), Login.CONFIGURED, "");
        var healthy = managed.createManagedConnection(null, Login.CONFIGURED);
        var told = new ArrayList<Integer>();
        broken.addConnectionEventListener(new PoolListener() {
            @Override
            public void connectionClosed(ConnectionEvent event) {
                told.add(event.getId());
            }

            @Override
            public void connectionErrorOccurred(ConnectionEvent event) {
                told.add(event.getId());
            }
        });
        try {
            // As the client does once it has given up.
            own.getExceptionListener().onException(new JMSException("the broker is lost"));
            own.getExceptionListener().onException(new JMSException("and so is another consumer"));

            assertThat(told).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
            assertThat(managed.getInvalidConnections(Set.of(broken, healthy))).isEqualTo(Set.of(broken));
            assertThat(managed.matchManagedConnections(Set.of(broken), null, Login.CONFIGURED))
                    .isNull();
            assertThatThrownBy(() -> broken.getConnection(null, Login.CONFIGURED))
                    .isInstanceOf(ResourceException.class);
        } finally {
            broken.destroy();
            healthy.destroy();
        }
    }

    private static PooledConnection.Entrance comesBy(IsthmusManagedConnection connection) {
        return new PooledConnection.Entrance() {
            @Override
            public Login login(Subject subject, ConnectionRequestInfo request) {
                return (Login) request;
            }

            @Override
            public IsthmusManagedConnection connect(Login login) {
                return connection;
            }
        };
    }

    @Test
    void handleMayGoOnWithAnotherConnectionAndItsSessionMayNot() throws Exception {
        var one = managed.createManagedConnection(null, Login.CONFIGURED);
        var other = managed.createManagedConnection(null, Login.CONFIGURED);
        try {
            var handle = (Connection) one.getConnection(null, Login.CONFIGURED);
            var before = handle.createSession();

            other.associateConnection(handle);
            one.destroy();

            assertThatThrownBy(before::createMessage).isInstanceOf(IllegalStateException.class);
            var session = handle.createSession();
            session.createProducer(TOPIC).send(session.createMessage());
            other.cleanup();
            assertThatThrownBy(handle::createSession).isInstanceOf(IllegalStateException.class);
        } finally {
            other.destroy();
        }
    }

    @Test
    void adaptersOfOneConfigurationAreEqualAndShareTheBroker() throws Exception {
        var other = new IsthmusResourceAdapter();
        other.setDataDirectory(adapter.getDataDirectory());
        other.start(server);
        adapter.stop();

        try (var connection = other.connectionFactory().createConnection()) {
            assertThat(connection.partitions(TOPIC)).isPositive();
        }
        assertThat(other).isEqualTo(adapter).hasSameHashCodeAs(adapter);
        other.stop();
    }
}
