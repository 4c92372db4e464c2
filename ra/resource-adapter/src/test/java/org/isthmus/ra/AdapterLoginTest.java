package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
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

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final IsthmusManagedConnectionFactory managed = new IsthmusManagedConnectionFactory();
    private final NoPool noPool = new NoPool();

    /** A new connection for everyone. */
    private static final class NoPool implements ConnectionManager {
        private static final long serialVersionUID = 1L;
        private final transient Deque<ManagedConnection> made = new ArrayDeque<>();

        @Override
        public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo request)
                throws jakarta.resource.ResourceException {
            var connection = factory.createManagedConnection(null, request);
            made.add(connection);
            return connection.getConnection(null, request);
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

    private Subject subject(String user, String password) {
        var credential = new PasswordCredential(user, password.toCharArray());
        credential.setManagedConnectionFactory(managed);
        return new Subject(true, Set.of(), Set.of(), Set.of(credential));
    }

    @Test
    void beanThatIsNotLetInTriesAsOftenAsItSays() throws Exception {
        var bean = FakeEndpoints.keeping(new LinkedBlockingQueue<>());
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination(QUEUE.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setUserName("j2ee");
        spec.setPassword("invalid");
        spec.setSetupAttempts(3);
        spec.setSetupInterval(1L);
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
