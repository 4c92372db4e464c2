package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.ClusterView;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.network.CertificateAuthority;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stock clients, and our own, of a broker that speaks TLS. */
@Timeout(60)
class TlsTest {
    private static final Endpoint.Tcp PLAIN = new Endpoint.Tcp("127.0.0.1", 0);
    private static final Endpoint.Tcp TLS = new Endpoint.Tcp("127.0.0.1", 0, true);

    @TempDir
    Path data;

    private final List<EmbeddedBroker> brokers = new ArrayList<>();
    private CertificateAuthority authority;

    @BeforeEach
    void certify() throws Exception {
        authority = CertificateAuthority.in(data, "authority");
    }

    @AfterEach
    void stop() {
        brokers.forEach(EmbeddedBroker::close);
    }

    private EmbeddedBroker start(List<Endpoint.Tcp> listeners, Map<String, String> settings) throws Exception {
        var all = new HashMap<>(authority.identity("127.0.0.1"));
        all.putAll(settings);
        var broker = EmbeddedBroker.acquire(new BrokerConfig(data.resolve("data-" + brokers.size()), listeners, all));
        brokers.add(broker);
        return broker;
    }

    private static String address(EmbeddedBroker broker) {
        return broker.listeners().get(0).toString();
    }

    private Map<String, Object> stock(String address) throws Exception {
        var settings = new HashMap<String, Object>(authority.trust());
        settings.putAll(Map.of("bootstrap.servers", address, "security.protocol", "SSL"));
        return settings;
    }

    @Test
    void stockClientsProduceAndConsume() throws Exception {
        var client = stock(address(start(List.of(TLS), Map.of())));

        produce(client, "orders", "one", "two", "three");

        assertThat(consume(client, "orders", 3)).containsExactly("one", "two", "three");
    }

    @Test
    void transactionIsReadAsAWhole() throws Exception {
        var client = stock(address(start(List.of(TLS), Map.of())));
        var transactional = new HashMap<>(client);
        transactional.put("transactional.id", "mover");
        try (var producer = new KafkaProducer<>(transactional, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("moved", "dropped"));
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("moved", "kept"));
            producer.commitTransaction();
        }
        client.put("isolation.level", "read_committed");

        assertThat(consume(client, "moved", 1)).containsExactly("kept");
    }

    @Test
    void shareGroupTakesWhatWasSent() throws Exception {
        var client = stock(address(start(List.of(TLS), Map.of())));
        produce(client, "work", "one", "two");
        fromTheBeginning(client, "workers");
        client.put("group.id", "workers");
        var taken = new ArrayList<String>();
        try (var consumer = new KafkaShareConsumer<>(client, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(Set.of("work"));
            while (taken.size() < 2) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> taken.add(record.value()));
            }
        }
        assertThat(taken).containsExactly("one", "two");
    }

    private static void fromTheBeginning(Map<String, Object> client, String group) throws Exception {
        try (var admin = Admin.create(client)) {
            var earliest =
                    new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(
                            Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), List.of(earliest)))
                    .all()
                    .get();
        }
    }

    @Test
    void passwordsTravelUnseen() throws Exception {
        var users = Files.writeString(data.resolve("users"), "anna:pass:word\n");
        var broker = start(List.of(TLS), Map.of("isthmus.users", users.toString()));
        var client = stock(address(broker));
        client.putAll(
                Map.of(
                        "security.protocol",
                        "SASL_SSL",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"anna\" password=\"pass:word\";"));

        produce(client, "orders", "one");

        assertThat(consume(client, "orders", 1)).containsExactly("one");
    }

    @Test
    void listenersWithAndWithoutTlsEachTellTheirOwnAddress() throws Exception {
        var broker = start(List.of(PLAIN, TLS), Map.of());
        var plain = Map.<String, Object>of(
                "bootstrap.servers", broker.listeners().get(0).toString());
        var tls = stock(broker.listeners().get(1).toString());

        produce(plain, "orders", "in clear");
        produce(tls, "orders", "unseen");

        assertThat(consume(plain, "orders", 2)).containsExactly("in clear", "unseen");
        assertThat(ports(plain)).isEqualTo(ports(0));
        assertThat(ports(tls)).isEqualTo(ports(1));
    }

    @Test
    void whoDoesNotTrustTheBrokerIsToldSoAtOnce() throws Exception {
        var address = address(start(List.of(TLS), Map.of()));
        var stranger = CertificateAuthority.in(data, "stranger");
        var client = new HashMap<String, Object>(stranger.trust());
        client.putAll(Map.of("bootstrap.servers", address, "security.protocol", "SSL"));

        try (var admin = Admin.create(client)) {
            assertThatThrownBy(() -> admin.listTopics().names().get())
                    .hasCauseInstanceOf(SslAuthenticationException.class);
        }
        assertThatThrownBy(() -> topics(address, stranger.trust()))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED))
                .hasMessageContaining(address)
                .hasMessageContaining("unable to find valid certification path");
    }

    @Test
    void certificateForAnotherHostIsRefusedUnlessNobodyLooks() throws Exception {
        var address = address(start(List.of(TLS), authority.identity("elsewhere.example")));

        assertThatThrownBy(() -> topics(address, authority.trust())).hasMessageContaining("127.0.0.1");

        var careless = new HashMap<>(authority.trust());
        careless.put("ssl.endpoint.identification.algorithm", "");
        assertThat(topics(address, careless)).isEmpty();
    }

    @Test
    void clientThatHasToShowACertificateGetsInWithOneOnly() throws Exception {
        var settings = new HashMap<>(authority.trust());
        settings.put("ssl.client.auth", "required");
        var address = address(start(List.of(TLS), settings));
        var known = stock(address);
        known.putAll(authority.identity("anna"));
        var unknown = stock(address);
        var foreign = stock(address);
        foreign.putAll(CertificateAuthority.in(data, "stranger").identity("anna"));

        produce(known, "orders", "one");
        for (var refused : List.of(unknown, foreign)) {
            try (var admin = Admin.create(refused)) {
                assertThatThrownBy(() -> admin.listTopics().names().get())
                        .hasCauseInstanceOf(SslAuthenticationException.class);
            }
        }
        var own = new HashMap<>(authority.trust());
        own.putAll(authority.identity("anna"));
        assertThat(topics(address, own)).containsExactly("orders");
        assertThatThrownBy(() -> topics(address, authority.trust()))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.SASL_AUTHENTICATION_FAILED))
                .hasMessageContaining("bad_certificate");
    }

    private static List<String> topics(String address, Map<String, String> tls) {
        var config = ClientConfig.defaults("test").withTls(TlsSettings.of(tls));
        try (var client = BrokerClients.operate(List.of(HostAndPort.parse(address)), config)) {
            return client.cluster().toCompletableFuture().join().topics().stream()
                    .map(ClusterView.Topic::name)
                    .filter(name -> !name.startsWith("__"))
                    .toList();
        } catch (CompletionException e) {
            throw (BrokerException) e.getCause();
        }
    }

    /** Of who speaks in clear there is one line in the log, and no trace of where it was found out. */
    @Test
    void whoSpeaksInClearIsClosedWithOneLine() throws Exception {
        var address = start(List.of(TLS), Map.of()).listeners().get(0);
        var lines = linesOfTheNetwork(() -> {
            try (var socket = new Socket(address.host(), address.port())) {
                socket.getOutputStream().write(new byte[] {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, -1, -1});
                // What comes back before the end is an alert of TLS.
                socket.getInputStream().readAllBytes();
            }
        });
        assertThat(lines)
                .singleElement()
                .asString()
                .contains("remote=127.0.0.1:", address.toString(), "the other side does not speak TLS")
                .doesNotContain("trace");
    }

    private interface Happening {
        void run() throws Exception;
    }

    /** What the network logs meanwhile; a line with a trace says so. */
    private static List<String> linesOfTheNetwork(Happening happening) throws Exception {
        var lines = new CopyOnWriteArrayList<String>();
        var logger = Logger.getLogger("org.isthmus.broker.network");
        var listening = new Handler() {
            @Override
            public void publish(LogRecord line) {
                var trace = line.getThrown() == null ? "" : " with a trace of " + line.getThrown();
                lines.add(new SimpleFormatter().formatMessage(line) + trace);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(listening);
        try {
            happening.run();
        } finally {
            logger.removeHandler(listening);
        }
        return lines;
    }

    /** The first bytes of TLS would be the length of a frame of some hundred megabytes. */
    @Test
    void whoSpeaksTlsToAListenerWithoutIsClosedWithOneLine() throws Exception {
        var address = start(List.of(PLAIN), Map.of()).listeners().get(0);
        var lines = linesOfTheNetwork(() -> {
            try (var socket = new Socket(address.host(), address.port())) {
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3});
                assertThat(socket.getInputStream().read()).isNegative();
            } catch (SocketException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
        });
        assertThat(lines)
                .singleElement()
                .asString()
                .contains("remote=127.0.0.1:", address.toString(), "speaks TLS to a listener without");
    }

    /** Tens of megabytes that are read from files, by a reader that falls behind. */
    @Test
    void largeFetchesArriveWhole() throws Exception {
        var broker = start(List.of(TLS), Map.of("num.partitions", "1"));
        var client = stock(address(broker));
        var value = new byte[900_000];
        new Random(7).nextBytes(value);
        client.putAll(Map.of("max.request.size", 2_000_000, "acks", "1"));
        try (var producer = new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer())) {
            for (var i = 0; i < 30; i++) {
                producer.send(new ProducerRecord<>("large", Integer.toString(i), value));
            }
        }
        client.putAll(Map.of(
                "group.id",
                "readers",
                "auto.offset.reset",
                "earliest",
                "fetch.max.bytes",
                60_000_000,
                "max.partition.fetch.bytes",
                60_000_000,
                "max.poll.records",
                1,
                "receive.buffer.bytes",
                64 << 10));
        var keys = new ArrayList<String>();
        try (var consumer = new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(Set.of("large"));
            while (keys.size() < 30) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    assertThat(Arrays.equals(record.value(), value)).isTrue();
                    keys.add(record.key());
                }
            }
        }
        assertThat(keys)
                .isEqualTo(IntStream.range(0, 30).mapToObj(Integer::toString).toList());
    }

    @Test
    void operatorSaysWhomToTrustInAFile() throws Exception {
        var address = address(start(List.of(TLS), Map.of()));
        produce(stock(address), "orders", "one");
        var file = data.resolve("client.properties");
        var properties = new Properties();
        properties.putAll(authority.trust());
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        var out = new ByteArrayOutputStream();

        OperatorCommands.run(new PrintStream(out), "topics", "--bootstrap", address, "--tls", file.toString());

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("orders");
        assertThatThrownBy(() -> OperatorCommands.run(new PrintStream(out), "topics", "--bootstrap", address))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unable to find valid certification path");
        Files.writeString(file, "ssl.truststore.lokation=x");
        assertThatThrownBy(() -> OperatorCommands.run(
                        new PrintStream(out), "topics", "--bootstrap", address, "--tls", file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ssl.truststore.lokation is not known");
    }

    /** With a listener of each kind, and brokers that come to each other by TLS, showing their certificates. */
    @Test
    void brokersOfAClusterSpeakTlsToEachOther() throws Exception {
        try (var zooKeeper = new TestingServer(true)) {
            for (var id = 1; id <= 3; id++) {
                var settings = new HashMap<>(authority.trust());
                settings.putAll(Map.of(
                        "zookeeper.connect",
                        zooKeeper.getConnectString(),
                        "node.id",
                        Integer.toString(id),
                        "ssl.client.auth",
                        "required",
                        "security.inter.broker.protocol",
                        "SSL"));
                start(List.of(PLAIN, TLS), settings);
            }
            var tls = stock(brokers.get(0).listeners().get(1).toString());
            tls.putAll(authority.identity("anna"));
            var plain = Map.<String, Object>of(
                    "bootstrap.servers", brokers.get(0).listeners().get(0).toString());
            try (var admin = Admin.create(tls)) {
                var thrice = new NewTopic("thrice", 3, (short) 3).configs(Map.of("min.insync.replicas", "3"));
                admin.createTopics(List.of(thrice)).all().get();
                assertThat(ports(tls)).isEqualTo(ports(1));
            }
            assertThat(ports(plain)).isEqualTo(ports(0));
            var transactional = new HashMap<>(tls);
            transactional.put("transactional.id", "mover");
            try (var producer = new KafkaProducer<>(transactional, new StringSerializer(), new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                for (var partition = 0; partition < 3; partition++) {
                    producer.send(new ProducerRecord<>("thrice", partition, null, "on " + partition));
                }
                producer.commitTransaction();
            }
            tls.put("isolation.level", "read_committed");

            assertThat(consume(tls, "thrice", 3)).containsExactlyInAnyOrder("on 0", "on 1", "on 2");
            var own = new HashMap<>(authority.trust());
            own.putAll(authority.identity("anna"));
            assertThat(topics(brokers.get(2).listeners().get(1).toString(), own))
                    .containsExactly("thrice");
            stop();
            brokers.clear();
        }
    }

    private static Set<Integer> ports(Map<String, Object> client) throws Exception {
        try (var admin = Admin.create(client)) {
            return admin.describeCluster().nodes().get().stream()
                    .map(Node::port)
                    .collect(Collectors.toSet());
        }
    }

    private Set<Integer> ports(int listener) {
        return brokers.stream()
                .map(broker -> broker.listeners().get(listener).port())
                .collect(Collectors.toSet());
    }

    @Test
    void storesMayBeText() throws Exception {
        var text = Map.of(
                "ssl.keystore.location", authority.keyPem("127.0.0.1").toString(),
                "ssl.keystore.type", "PEM",
                "ssl.keystore.password", "");
        var address = address(start(List.of(TLS), text));
        var trust = Map.of("ssl.truststore.location", authority.trustPem().toString(), "ssl.truststore.type", "PEM");

        assertThat(topics(address, trust)).isEmpty();
    }

    @Test
    void whatIsSetUpWronglyIsSaidAtTheStart() throws Exception {
        assertRefused(Map.of("ssl.keystore.location", ""), "ssl.keystore.location");
        assertRefused(Map.of("ssl.keystore.location", "/no/such/file"), "/no/such/file");
        assertRefused(Map.of("ssl.keystore.password", "guessed"), "password was incorrect");
        assertRefused(Map.of("ssl.keystore.type", "BKS"), "ssl.keystore.type is one of [JKS, PKCS12, PEM], not BKS");
        assertRefused(Map.of("ssl.client.auth", "required"), "ssl.truststore.location");
        assertRefused(Map.of("ssl.enabled.protocols", "TLSv9"), "TLSv9");
        assertRefused(Map.of("ssl.cipher.suites", "ROT13"), "ROT13");
        assertRefused(Map.of("advertised.listeners", "SSL://a:1,SSL://b:2"), "advertised.listeners");
    }

    private void assertRefused(Map<String, String> settings, String reason) {
        assertThatThrownBy(() -> start(List.of(TLS), settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    private static void produce(Map<String, Object> client, String topic, String... values) throws Exception {
        try (var producer = new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            for (var value : values) {
                producer.send(new ProducerRecord<>(topic, value)).get();
            }
        }
    }

    private static List<String> consume(Map<String, Object> client, String topic, int count) {
        var settings = new HashMap<>(client);
        settings.putAll(Map.of("group.id", "readers", "auto.offset.reset", "earliest"));
        var read = new ArrayList<String>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(Set.of(topic));
            while (read.size() < count) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> read.add(record.value()));
            }
        }
        return read;
    }
}
