package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.security.PasswordCredential;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import javax.security.auth.Subject;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.ra.inbound.Activation;
import org.isthmus.ra.outbound.Login;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As whom the adapter and its applications come to a broker that asks. */
@Timeout(60)
class AdapterLoginTest {
    private static final IsthmusQueue QUEUE = new IsthmusQueue("orders");
    private static final Xid BRANCH = new Branch("one");

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final IsthmusManagedConnectionFactory managed = new IsthmusManagedConnectionFactory();
    private final NoPool noPool = new NoPool();
    private final CarelessPool careless = new CarelessPool();

    /** A new connection for everyone. */
    private static final class NoPool implements ConnectionManager {
        private static final long serialVersionUID = 1L;
        private final transient Deque<ManagedConnection> made = new ArrayDeque<>();

        @Override
        public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo request)
                throws ResourceException {
            var connection = factory.createManagedConnection(null, request);
            made.add(connection);
            return connection.getConnection(null, request);
        }
    }

    /** Hands out what is idle whoever asks, as Payara's pools do that are told not to match, and gives up what is said to be lost. */
    private static final class CarelessPool implements ConnectionManager, PoolListener {
        private static final long serialVersionUID = 1L;
        private final transient Deque<ManagedConnection> idle = new ArrayDeque<>();
        private int created;
        private int handedOut;

        @Override
        public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo request)
                throws ResourceException {
            var pooled = idle.poll();
            if (pooled == null) {
                pooled = factory.createManagedConnection(null, request);
                pooled.addConnectionEventListener(this);
                created++;
            }
            handedOut++;
            return pooled.getConnection(null, request);
        }

        @Override
        public void connectionClosed(ConnectionEvent event) {
            var pooled = (ManagedConnection) event.getSource();
            try {
                pooled.cleanup();
            } catch (ResourceException e) {
                throw new IllegalStateException(e);
            }
            handedOut--;
            idle.add(pooled);
        }

        @Override
        public void connectionErrorOccurred(ConnectionEvent event) {
            handedOut--;
            try {
                ((ManagedConnection) event.getSource()).destroy();
            } catch (ResourceException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        var users = Files.writeString(directory.resolve("users"), "server:s3rver\nj2ee:j2ee\n");
        adapter.setDataDirectory(directory.resolve("log").toString());
        adapter.setSettings("isthmus.users=" + users);
        adapter.setUserName("server");
        adapter.setPassword("s3rver");
        adapter.start(server);
        managed.setResourceAdapter(adapter);
    }

    @AfterEach
    void stop() throws Exception {
        for (var connection : noPool.made) {
            connection.destroy();
        }
        for (var connection : careless.idle) {
            connection.destroy();
        }
        adapter.stop();
        server.close();
    }

    @Test
    void whoNamesNobodyIsTheServersOwnUserAndAWrongPasswordIsRefused() throws Exception {
        var factory = managed.createConnectionFactory(noPool);

        factory.createConnection().close();
        factory.createConnection("j2ee", "j2ee").close();
        managed.setUserName("j2ee");
        managed.setPassword("j2ee");
        factory.createContext().close();

        assertThatThrownBy(() -> factory.createConnection("invalid", "invalid"))
                .isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(() -> factory.createContext("j2ee", "invalid"))
                .isInstanceOf(JMSSecurityRuntimeException.class);
    }

    @Test
    void containersSubjectGoesBeforeWhatTheApplicationAskedFor() throws Exception {
        var rightly = managed.createManagedConnection(subject("j2ee", "j2ee"), new Login("j2ee", "invalid"));
        try {
            assertThat(rightly.getMetaData().getUserName()).isEqualTo("j2ee");
            assertThat(managed.matchManagedConnections(Set.of(rightly), subject("j2ee", "j2ee"), null))
                    .isSameAs(rightly);
            assertThat(managed.matchManagedConnections(Set.of(rightly), subject("server", "s3rver"), null))
                    .isNull();
        } finally {
            rightly.destroy();
        }
        assertThatThrownBy(() -> managed.createManagedConnection(subject("j2ee", "invalid"), Login.CONFIGURED))
                .isInstanceOf(jakarta.resource.spi.SecurityException.class);
    }

    @Test
    void subjectThatSaysWhatIsConfiguredIsNotTheContainersWord() throws Exception {
        var nobody = subject("", "");
        var asked = managed.createManagedConnection(nobody, new Login("j2ee", "j2ee"));
        var configured = managed.createManagedConnection(nobody, Login.CONFIGURED);
        try {
            assertThat(asked.getMetaData().getUserName()).isEqualTo("j2ee");
            assertThat(managed.matchManagedConnections(Set.of(asked), nobody, Login.CONFIGURED))
                    .isNull();
            assertThat(managed.matchManagedConnections(Set.of(configured), null, null))
                    .isSameAs(configured);
        } finally {
            asked.destroy();
            configured.destroy();
        }
        managed.setUserName("j2ee");
        managed.setPassword("j2ee");
        assertThatThrownBy(() -> managed.createManagedConnection(subject("j2ee", "j2ee"), new Login("j2ee", "invalid")))
                .isInstanceOf(jakarta.resource.spi.SecurityException.class);
    }

    @Test
    void connectionThatAPoolHandsOutForAnotherLoginComesToTheBrokerAsThat() throws Exception {
        var factory = managed.createConnectionFactory(careless);
        factory.createContext().close();

        try (var context = factory.createContext("j2ee", "j2ee")) {
            context.createProducer().send(QUEUE, "hello");
        }
        assertThat(careless.created).isEqualTo(1);
        assertThat(careless.idle.element().getMetaData().getUserName()).isEqualTo("j2ee");

        assertThatThrownBy(() -> factory.createContext("j2ee", "invalid"))
                .isInstanceOf(JMSSecurityRuntimeException.class);
        try (var context = factory.createContext();
                var consumer = context.createConsumer(QUEUE)) {
            assertThat(consumer.receiveBody(String.class, 20_000)).isEqualTo("hello");
        }
        assertThat(careless.created).isEqualTo(2);
        assertThat(careless.handedOut).isZero();
    }

    @Test
    void whatATransactionHasIsHadByNoOtherLogin() throws Exception {
        var pooled = managed.createManagedConnection(null, Login.CONFIGURED);
        try {
            var resource = pooled.getXAResource();
            resource.start(BRANCH, XAResource.TMNOFLAGS);
            var handle = (Connection) pooled.getConnection(null, Login.CONFIGURED);
            var session = handle.createSession();
            session.createProducer(QUEUE).send(session.createTextMessage("hello"));

            assertThatThrownBy(() -> pooled.getConnection(null, new Login("j2ee", "j2ee")))
                    .isInstanceOf(jakarta.resource.spi.SecurityException.class)
                    .hasMessageContaining("match-connections")
                    .hasCauseInstanceOf(JMSSecurityException.class);

            handle.close();
            resource.end(BRANCH, XAResource.TMSUCCESS);
            resource.commit(BRANCH, true);
            assertThat(XaRig.browse(adapter, QUEUE)).containsExactly("hello");
        } finally {
            pooled.destroy();
        }
    }

    @Test
    void whatATransactionHadIsHadByNoOtherLoginBeforeItHasEnded() throws Exception {
        var pooled = managed.createManagedConnection(null, Login.CONFIGURED);
        try {
            var resource = pooled.getXAResource();
            resource.start(BRANCH, XAResource.TMNOFLAGS);
            ((Connection) pooled.getConnection(null, Login.CONFIGURED)).close();
            resource.end(BRANCH, XAResource.TMSUCCESS);

            assertThatThrownBy(() -> pooled.getConnection(null, new Login("j2ee", "j2ee")))
                    .isInstanceOf(jakarta.resource.spi.SecurityException.class)
                    .hasMessageContaining("match-connections");
        } finally {
            pooled.destroy();
        }
    }

    @Test
    void resourceOfAConnectionThatHasGoneBeginsNothing() throws Exception {
        var pooled = managed.createManagedConnection(null, Login.CONFIGURED);
        var kept = pooled.getXAResource();
        ((Connection) pooled.getConnection(null, new Login("j2ee", "j2ee"))).close();
        try {
            assertThatThrownBy(() -> kept.start(BRANCH, XAResource.TMNOFLAGS))
                    .isInstanceOfSatisfying(
                            XAException.class, e -> assertThat(e.errorCode).isEqualTo(XAException.XAER_RMFAIL));
            pooled.getXAResource().start(BRANCH, XAResource.TMNOFLAGS);
        } finally {
            pooled.destroy();
        }
    }

    private Subject subject(String user, String password) {
        var credential = new PasswordCredential(user, password.toCharArray());
        credential.setManagedConnectionFactory(managed);
        return new Subject(true, Set.of(), Set.of(), Set.of(credential));
    }

    @Test
    void beanThatIsNotLetInTriesAsOftenAsItSays() throws Exception {
        var bean = FakeEndpoints.keeping(new LinkedBlockingQueue<>());
        var spec = notLetIn(3);
        try (var warnings = new Warnings(Activation.class)) {
            adapter.endpointActivation(bean, spec);

            assertThat(IntStream.range(0, 3).mapToObj(n -> warnings.next()))
                    .satisfiesExactly(
                            first -> assertThat(first).contains("trying again in 1 ms"),
                            second -> assertThat(second).contains("trying again in 1 ms"),
                            third -> assertThat(third).contains("gave up after attempt 3 (setupAttempts)"));
        }
        adapter.endpointDeactivation(bean, spec);
    }

    @Test
    void attemptThatIsDueWhileTheOneBeforeItEndsIsNotForgotten() throws Exception {
        int beans = 10;
        int attempts = 200;
        try (var warnings = new Warnings(Activation.class)) {
            for (int n = 0; n < beans; n++) {
                adapter.endpointActivation(FakeEndpoints.keeping(new LinkedBlockingQueue<>()), notLetIn(attempts));
            }

            for (int n = 0; n < beans * attempts; n++) {
                assertThat(warnings.next()).as("news of attempt " + n).isNotNull();
            }
        }
    }

    /** Whose attempts follow one another as soon as they may. */
    private IsthmusActivationSpec notLetIn(int attempts) {
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination(QUEUE.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setUserName("j2ee");
        spec.setPassword("invalid");
        spec.setSetupAttempts(attempts);
        spec.setSetupInterval(1L);
        return spec;
    }

    @Test
    void beanComesAsTheServersUserAndSoDoesRecovery() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        var bean = FakeEndpoints.keeping(received);
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination(QUEUE.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        adapter.endpointActivation(bean, spec);

        try (var context = managed.createConnectionFactory(noPool).createContext("j2ee", "j2ee")) {
            context.createProducer().send(QUEUE, "hello");
        }

        assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
        assertThat(adapter.getXAResources(new IsthmusActivationSpec[] {spec})).hasSize(1);
        adapter.endpointDeactivation(bean, spec);
    }

    @Test
    void recoveryComesByTheFactoryThatABeanNamedWhereNamesAreNotKnown() throws Exception {
        managed.setUserName("j2ee");
        managed.setPassword("j2ee");
        var bean = FakeEndpoints.keeping(new LinkedBlockingQueue<>());
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination(QUEUE.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setConnectionFactoryLookup("java:app/jms/factory");
        try (var names = Names.setUp()) {
            names.bind("java:app/jms/factory", managed.createConnectionFactory(noPool));
            adapter.endpointActivation(bean, spec);
        }

        assertThat(adapter.getXAResources(new IsthmusActivationSpec[] {spec})).hasSize(1);
        adapter.endpointDeactivation(bean, spec);
    }

    @Test
    void overviewAsksAsTheServersUser() throws Exception {
        var overview = ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName("org.isthmus:type=BrokerOverview,broker=" + ObjectName.quote(adapter.toString())
                                + ",*"),
                        null)
                .iterator()
                .next();

        assertThat(ManagementFactory.getPlatformMBeanServer().getAttribute(overview, "Topics"))
                .isNotNull();
    }
}
