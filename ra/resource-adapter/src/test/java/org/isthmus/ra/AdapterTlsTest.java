package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.resource.spi.EISSystemException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.isthmus.broker.network.CertificateAuthority;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.jms.TlsProperties;
import org.isthmus.ra.outbound.Login;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An adapter at a broker that speaks TLS: everything that connects by it does. */
@Timeout(60)
class AdapterTlsTest {
    private static final IsthmusQueue QUEUE = new IsthmusQueue("orders");

    @TempDir
    Path data;

    private final FakeServer server = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final IsthmusManagedConnectionFactory managed = new IsthmusManagedConnectionFactory();
    private CertificateAuthority authority;
    private EmbeddedBroker broker;

    @BeforeEach
    void start() throws Exception {
        authority = CertificateAuthority.in(data, "authority");
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data.resolve("log"), List.of(new Endpoint.Tcp("127.0.0.1", 0, true)), authority.identity("127.0.0.1")));
        adapter.setBootstrapServers(broker.listeners().get(0).toString());
        trust(adapter, authority);
        adapter.start(server);
        managed.setResourceAdapter(adapter);
    }

    private static void trust(TlsProperties bean, CertificateAuthority authority) throws Exception {
        bean.setSslTruststoreLocation(authority.trust().get("ssl.truststore.location"));
        bean.setSslTruststorePassword(CertificateAuthority.PASSWORD);
    }

    @AfterEach
    void stop() throws Exception {
        adapter.stop();
        server.close();
        broker.close();
    }

    @Test
    void beansRecoveryAndTheOverviewSpeakTls() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        var bean = FakeEndpoints.keeping(received);
        var spec = new IsthmusActivationSpec();
        spec.setResourceAdapter(adapter);
        spec.setDestination(QUEUE.getName());
        spec.setDestinationType("jakarta.jms.Queue");
        adapter.endpointActivation(bean, spec);

        send(managed.connectionFactory(Login.CONFIGURED), "hello");

        assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
        assertThat(adapter.getXAResources(new IsthmusActivationSpec[] {spec})).hasSize(1);
        var overview = ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName("org.isthmus:type=BrokerOverview,broker=" + ObjectName.quote(adapter.toString())
                                + ",*"),
                        null)
                .iterator()
                .next();
        assertThat(ManagementFactory.getPlatformMBeanServer().getAttribute(overview, "Topics"))
                .isNotNull();
        adapter.endpointDeactivation(bean, spec);
    }

    private static void send(IsthmusConnectionFactory factory, String text) {
        try (var context = factory.createContext()) {
            context.createProducer().send(QUEUE, text);
        }
    }

    @Test
    void factoryAndBeanMayTrustOthersThanTheAdapter() throws Exception {
        var stranger = CertificateAuthority.in(data, "stranger");
        trust(managed, stranger);
        assertThatThrownBy(() -> send(managed.connectionFactory(Login.CONFIGURED), "refused"))
                .hasMessageContaining("unable to find valid certification path");
        managed.setSslTruststoreLocation("/no/such/file");
        assertThatThrownBy(() -> managed.createManagedConnection(null, null))
                .isInstanceOf(EISSystemException.class)
                .hasMessageContaining("/no/such/file");
        var spec = new IsthmusActivationSpec();
        trust(spec, stranger);
        assertThatThrownBy(() -> send(spec.connectionFactory(adapter), "refused"))
                .hasMessageContaining("unable to find valid certification path");
    }

    @Test
    void adaptersThatTrustOthersAreOthers() throws Exception {
        var same = new IsthmusResourceAdapter();
        same.setBootstrapServers(adapter.getBootstrapServers());
        assertThat(same).isNotEqualTo(adapter);
        trust(same, authority);
        assertThat(same).isEqualTo(adapter);
    }

    @Test
    void embeddedBrokerListensWithTls() throws Exception {
        var settings = new StringBuilder();
        new HashMap<>(authority.identity("127.0.0.1"))
                .forEach((name, value) -> settings.append(name + "=" + value + ";"));
        var embedding = new IsthmusResourceAdapter();
        embedding.setDataDirectory(data.resolve("embedded").toString());
        embedding.setListeners("SSL://127.0.0.1:0");
        embedding.setSettings(settings.toString());
        embedding.start(server);
        try (var joined = EmbeddedBroker.acquire(new BrokerConfig(data.resolve("embedded"), List.of(), Map.of()))) {
            var outside = new IsthmusConnectionFactory(joined.listeners().get(0).toString());
            trust(outside, authority);
            send(outside, "from outside");
            send(embedding.connectionFactory(), "from inside");
        } finally {
            embedding.stop();
        }
    }
}
