package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.InitialContext;
import org.isthmus.broker.network.CertificateAuthority;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages of a broker that speaks TLS, and wants a certificate itself. */
@Timeout(60)
class JmsTlsTest {
    @TempDir
    Path data;

    private CertificateAuthority authority;
    private EmbeddedBroker broker;
    private final IsthmusConnectionFactory factory = new IsthmusConnectionFactory();

    @BeforeEach
    void start() throws Exception {
        authority = CertificateAuthority.in(data, "authority");
        var settings = new HashMap<>(authority.trust());
        settings.putAll(authority.identity("127.0.0.1"));
        settings.put("ssl.client.auth", "required");
        broker = EmbeddedBroker.acquire(
                new BrokerConfig(data.resolve("log"), List.of(new Endpoint.Tcp("127.0.0.1", 0, true)), settings));
        factory.setBootstrapServers("127.0.0.1:" + broker.listeners().get(0).port());
        var trust = authority.trust();
        factory.setSslTruststoreLocation(trust.get("ssl.truststore.location"));
        factory.setSslTruststoreType("PKCS12");
        factory.setSslTruststorePassword(CertificateAuthority.PASSWORD);
        var own = authority.identity("shop");
        factory.setSslKeystoreLocation(own.get("ssl.keystore.location"));
        factory.setSslKeystorePassword(CertificateAuthority.PASSWORD);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static void roundTrip(IsthmusConnectionFactory factory) {
        try (var context = factory.createContext()) {
            var queue = context.createQueue("orders");
            context.createProducer().send(queue, "hello");
            assertThat(context.createConsumer(queue).receiveBody(String.class, 30_000))
                    .isEqualTo("hello");
        }
    }

    @Test
    void messagesGoThereAndBack() {
        roundTrip(factory);
    }

    @Test
    void addressSaysThatTlsIsSpokenOrThatItIsNot() throws Exception {
        var address = factory.getBootstrapServers();
        factory.setBootstrapServers("SSL://" + address);
        roundTrip(factory);
        factory.setBootstrapServers("SASL_SSL://" + address + ",PLAINTEXT://" + address);
        assertThatThrownBy(factory::createConnection)
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("TLS is spoken with all of them, or with none");
        factory.setBootstrapServers("TLS://" + address);
        assertThatThrownBy(factory::createConnection)
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("'TLS' is none of the protocols");
    }

    @Test
    void whoShowsNoCertificateIsRefusedAndSoIsABrokerThatNobodyTrusts() throws Exception {
        factory.setSslKeystoreLocation("");
        refused("bad_certificate");
        factory.setSslTruststoreLocation(
                CertificateAuthority.in(data, "stranger").trust().get("ssl.truststore.location"));
        refused("unable to find valid certification path");
        factory.setSslTruststoreLocation("/no/such/file");
        assertThatThrownBy(factory::createConnection)
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("ssl.truststore.location")
                .hasMessageContaining("/no/such/file");
    }

    private void refused(String reason) throws JMSException {
        try (var connection = factory.createConnection();
                var session = connection.createSession()) {
            var queue = session.createQueue("orders");
            assertThatThrownBy(() -> session.createConsumer(queue))
                    .isInstanceOf(JMSSecurityException.class)
                    .hasMessageContaining(reason);
        }
    }

    @Test
    @SuppressWarnings("BanJNDI") // what is looked up is what the test has bound
    void naming() throws Exception {
        var environment = new Hashtable<String, String>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, IsthmusInitialContextFactory.class.getName());
        environment.put(
                "connectionFactory.secured",
                "SSL://" + factory.getBootstrapServers() + "?sslTruststoreLocation="
                        + factory.getSslTruststoreLocation()
                        + "&sslTruststorePassword=" + CertificateAuthority.PASSWORD + "&sslKeystoreLocation="
                        + factory.getSslKeystoreLocation() + "&sslKeystorePassword=" + CertificateAuthority.PASSWORD);

        roundTrip((IsthmusConnectionFactory) new InitialContext(environment).lookup("secured"));
    }

    @Test
    void settingsGoWithTheFactoryButPasswordsInNoReference() throws Exception {
        factory.setSslEndpointIdentificationAlgorithm("none");
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(factory);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            roundTrip((IsthmusConnectionFactory) in.readObject());
        }

        var reference = factory.getReference();
        assertThat(reference.toString()).doesNotContain(CertificateAuthority.PASSWORD);
        var restored =
                (IsthmusConnectionFactory) new IsthmusObjectFactory().getObjectInstance(reference, null, null, null);
        assertThat(restored.getSslTruststoreLocation()).isEqualTo(factory.getSslTruststoreLocation());
        assertThat(restored.getSslEndpointIdentificationAlgorithm()).isEqualTo("none");
        assertThat(restored.getSslTruststorePassword()).isEmpty();
    }
}
