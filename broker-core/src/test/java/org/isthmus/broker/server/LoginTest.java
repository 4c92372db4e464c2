package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.Credentials;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, where the broker asks. */
@Timeout(60)
class LoginTest {
    private static final Credentials ANNA = new Credentials("anna", "pass:word");
    private static final Credentials IMPOSTOR = new Credentials("anna", "guessed");

    @TempDir
    Path data;

    private final List<EmbeddedBroker> brokers = new ArrayList<>();

    @AfterEach
    void stop() {
        brokers.forEach(EmbeddedBroker::close);
    }

    private EmbeddedBroker start(String directory, Map<String, String> settings) throws IOException {
        var broker = EmbeddedBroker.acquire(
                new BrokerConfig(data.resolve(directory), List.of(new Endpoint.Tcp("127.0.0.1", 0)), settings));
        brokers.add(broker);
        return broker;
    }

    private String users() throws IOException {
        var file = data.resolve("users");
        Files.writeString(file, "# who may come in\nanna:pass:word\n\nbroker:of the cluster\n");
        return file.toString();
    }

    private EmbeddedBroker asking() throws IOException {
        return start("asking", Map.of("isthmus.users", users()));
    }

    private static Map<String, Object> stock(String address, Credentials who) {
        return new HashMap<>(Map.of(
                "bootstrap.servers",
                address,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + who.user()
                        + "\" password=\"" + who.password() + "\";"));
    }

    @Test
    void stockClientComesInByItsPasswordAndByNoOther() throws Exception {
        var address = asking().listeners().get(0).toString();

        try (var admin = Admin.create(stock(address, ANNA));
                var impostor = Admin.create(stock(address, IMPOSTOR))) {
            assertThat(admin.listTopics().names().get()).isEmpty();
            assertThatThrownBy(() -> impostor.listTopics().names().get())
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    @Test
    void ownClientIsAskedOverTcpAndInsideTheJvmAlike() throws Exception {
        var broker = asking();
        for (var endpoint :
                List.<Endpoint>of(broker.endpoint(), broker.listeners().get(0))) {
            assertThat(login(endpoint, ANNA)).isEqualTo("asked");
            assertThat(login(endpoint, IMPOSTOR)).isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED);
            assertThat(login(endpoint, new Credentials("nobody", ""))).isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED);
            assertThat(login(endpoint, null)).isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED);
        }
    }

    private static Object login(Endpoint endpoint, Credentials who) {
        var config = ClientConfig.defaults("test").withCredentials(who);
        try (var client = BrokerClients.connect(List.of(endpoint), config)) {
            return client.login().toCompletableFuture().join() ? "asked" : "not asked";
        } catch (CompletionException e) {
            return ((BrokerException) e.getCause()).code();
        }
    }

    @Test
    void strangerIsHeardForNothingElseAndHasOneTry() throws Exception {
        var address = asking().listeners().get(0);
        try (var wire = new Wire(address)) {
            wire.send((short) 12, 1, new MetadataRequestData());
            assertThatThrownBy(wire::receiveFrame).isInstanceOf(EOFException.class);
        }
        try (var wire = new Wire(address)) {
            assertThat(authenticate(wire, "\0anna\0pass:word")).isEqualTo(ErrorCode.ILLEGAL_SASL_STATE);
            assertThat(handshake(wire, "SCRAM-SHA-256")).isEqualTo(ErrorCode.UNSUPPORTED_SASL_MECHANISM);
            assertThat(handshake(wire, "PLAIN")).isEqualTo(ErrorCode.NONE);
            assertThat(authenticate(wire, "broker\0anna\0pass:word")).isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED);
            wire.send((short) 1, 2, new SaslHandshakeRequestData().setMechanism("PLAIN"));
            assertThatThrownBy(wire::receiveFrame).isInstanceOf(EOFException.class);
        }
        for (var nonsense : List.of("", "anna", "\0anna", "\0anna\0pass:word\0", "\0\0")) {
            try (var wire = new Wire(address)) {
                handshake(wire, "PLAIN");
                assertThat(authenticate(wire, nonsense)).isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED);
            }
        }
    }

    @Test
    void strangerSendsNoLargeFrames() throws Exception {
        var address = asking().listeners().get(0);
        try (var wire = new Wire(address)) {
            assertThat(handshake(wire, "PLAIN")).isEqualTo(ErrorCode.NONE);
            assertThat(authenticate(wire, "\0anna\0pass:word")).isEqualTo(ErrorCode.NONE);
            assertThat(wire.ask((short) 12, many())).isInstanceOf(MetadataResponseData.class);
        }
        try (var wire = new Wire(address)) {
            wire.send(ByteBuffer.allocate(Integer.BYTES).putInt(100_000).array());
            assertThatThrownBy(wire::receiveFrame).isInstanceOf(EOFException.class);
        }
    }

    private static MetadataRequestData many() {
        var name = "no-topic".repeat(25);
        return new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(IntStream.range(0, 1_000)
                        .mapToObj(n -> new MetadataRequestData.MetadataRequestTopic().setName(name + n))
                        .toList());
    }

    private static ErrorCode handshake(Wire wire, String mechanism) throws IOException {
        var answer = wire.ask((short) 1, new SaslHandshakeRequestData().setMechanism(mechanism));
        return ErrorCode.of(((SaslHandshakeResponseData) answer).errorCode());
    }

    private static ErrorCode authenticate(Wire wire, String plain) throws IOException {
        var answer = wire.ask(
                (short) 2, new SaslAuthenticateRequestData().setAuthBytes(plain.getBytes(StandardCharsets.UTF_8)));
        return ErrorCode.of(((SaslAuthenticateResponseData) answer).errorCode());
    }

    @Test
    void brokerThatLetsEverybodyInOffersNoLogin() throws Exception {
        var broker = start("open", Map.of());
        try (var wire = new Wire(broker.listeners().get(0))) {
            var answer = (ApiVersionsResponseData) wire.ask((short) 0, new ApiVersionsRequestData());
            assertThat(answer.apiKeys().find((short) 17)).isNull();
            assertThat(answer.apiKeys().find((short) 36)).isNull();
        }
        assertThat(login(broker.endpoint(), ANNA)).isEqualTo("not asked");
    }

    @Test
    void operatorComesInByWhatAFileSays() throws Exception {
        var address = asking().listeners().get(0).toString();
        var login = Files.writeString(data.resolve("login"), "anna:pass:word");
        var out = new ByteArrayOutputStream();

        OperatorCommands.run(
                new PrintStream(out),
                "topics",
                "create",
                "orders",
                "--bootstrap",
                address,
                "--login",
                login.toString());
        OperatorCommands.run(new PrintStream(out), "topics", "--bootstrap", address, "--login", login.toString());

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("orders");
        assertThatThrownBy(() -> OperatorCommands.run(new PrintStream(out), "topics", "--bootstrap", address))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("asks for a user and a password");
    }

    @Test
    void brokersOfAClusterComeToEachOtherAsTheirUser() throws Exception {
        try (var zooKeeper = new TestingServer(true)) {
            for (var id = 1; id <= 2; id++) {
                start("data-" + id, cluster(zooKeeper, id, users()));
            }
            var address = brokers.get(0).listeners().get(0).toString();
            var anna = stock(address, ANNA);
            try (var admin = Admin.create(anna);
                    var producer = new KafkaProducer<>(anna, new StringSerializer(), new StringSerializer())) {
                var twice = new NewTopic("twice", 1, (short) 2).configs(Map.of("min.insync.replicas", "2"));
                admin.createTopics(List.of(twice)).all().get();

                assertThat(producer.send(new ProducerRecord<>("twice", "written"))
                                .get()
                                .offset())
                        .isZero();
            }
            var strangers = Files.writeString(data.resolve("strangers"), "anna:pass:word");
            assertThatThrownBy(() -> start("data-3", cluster(zooKeeper, 3, strangers.toString())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no user broker");
            stop();
            brokers.clear();
        }
    }

    private static Map<String, String> cluster(TestingServer zooKeeper, int id, String users) {
        return Map.of(
                "zookeeper.connect", zooKeeper.getConnectString(),
                "node.id", Integer.toString(id),
                "isthmus.users", users);
    }
}
