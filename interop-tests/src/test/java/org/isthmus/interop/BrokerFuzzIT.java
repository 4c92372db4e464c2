package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.BrokerSetup;
import org.isthmus.peers.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests of real clients, caught on the wire and changed at random, end no thread of the broker, leak no buffer, take no more memory than the
 * limit on frames allows, and keep it from serving nobody. A failure names its seed; {@code isthmus.fuzz.seed} repeats it.
 */
@Timeout(900)
class BrokerFuzzIT {
    private static final int FRAME_LIMIT = 1 << 20;
    private static final short KEEP_TRANSACTION = 1005;

    /** Far below what one frame would take whose length a mutation claims, and with room for many within the limit. */
    private static final BrokerSetup SETUP = new BrokerSetup(
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx192m",
                    "-XX:MaxDirectMemorySize=128m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Dio.netty.leakDetection.level=paranoid"),
            Map.of("socket.request.max.bytes", Integer.toString(FRAME_LIMIT), "node.id", "1"));

    @TempDir
    Path directory;

    @Test
    void mutatedRequestsAreSurvived() throws Exception {
        var seed = Long.getLong("isthmus.fuzz.seed", new Random().nextLong());
        var random = new Random(seed);
        var port = FreePort.pick();
        try (var tap = new Tap(port);
                var broker = BrokerProcess.isthmus(Peers.BROKER_JAR, directory, port, advertising(tap))) {
            Comparison.awaitReady(broker);
            EveryApi.exercise(tap.address());
            OlderClients.exercise(tap.address());
            EveryOwnApi.exercise(tap.address(), () -> tap.await(KEEP_TRANSACTION));
            var caught = tap.requests();
            assertThat(apiKeys(caught)).as("APIs whose requests were caught").containsAll(served(broker));
            var threads = new TreeSet<>(threadsOf(broker));

            var end = System.nanoTime()
                    + Duration.ofSeconds(Long.getLong("isthmus.fuzz.seconds", 10))
                            .toNanos();
            var sent = 0;
            while (System.nanoTime() < end) {
                send(broker, mutate(caught.get(random.nextInt(caught.size())), random));
                sent++;
                assertThat(broker.isAlive())
                        .as("the broker lives, seed %d; it said:%n%s", seed, broker.output())
                        .isTrue();
            }

            assertStillServes(broker, seed);
            assertThat(sent).isGreaterThan(100);
            assertThat(threadsOf(broker)).as("threads, seed %d", seed).containsAll(threads);
            assertThat(broker.output())
                    .as("seed %d", seed)
                    .doesNotContain("LEAK:")
                    .doesNotContain("OutOfMemoryError")
                    .doesNotContain("Exception in thread");
        }
    }

    @Test
    void thousandConnectionsAreServedAtOnce() throws Exception {
        try (var broker = BrokerProcess.isthmus(Peers.BROKER_JAR, directory, SETUP)) {
            Comparison.awaitReady(broker);
            var sockets = new ArrayList<Socket>();
            try {
                for (var i = 0; i < 1000; i++) {
                    sockets.add(connect(broker));
                }
                for (var socket : sockets) {
                    askForApis(socket);
                }
                for (var socket : sockets) {
                    assertThat(apis(socket)).isNotEmpty();
                }
                assertStillServes(broker, 0);
            } finally {
                for (var socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    /** The keys of all APIs that the broker says it has. */
    private static Set<Short> served(BrokerProcess broker) throws IOException {
        try (var socket = connect(broker)) {
            askForApis(socket);
            return apis(socket);
        }
    }

    private static void askForApis(Socket socket) throws IOException {
        var out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(10);
        out.writeShort(18);
        out.writeShort(0);
        out.writeInt(7);
        out.writeShort(-1);
        out.flush();
    }

    private static Set<Short> apis(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
        assertThat(answer.getInt()).as("correlation id").isEqualTo(7);
        assertThat(answer.getShort()).as("error").isZero();
        var keys = new TreeSet<Short>();
        for (var left = answer.getInt(); left > 0; left--) {
            keys.add(answer.getShort());
            answer.getInt();
        }
        return keys;
    }

    /** Half of them ask for records and half for what the broker makes in its memory, some twenty times what it has. */
    @Test
    void readersThatNeverReadKeepNobodyWaiting() throws Exception {
        try (var broker = BrokerProcess.isthmus(Peers.BROKER_JAR, directory, SETUP)) {
            Comparison.awaitReady(broker);
            fill(broker);
            var readers = new ArrayList<Socket>();
            try {
                for (var i = 0; i < 200; i++) {
                    readers.add(askWithoutReading(broker, i % 2 == 0 ? fetch() : describe()));
                }
                assertStillServes(broker, 1);
            } catch (ExecutionException e) {
                throw new AssertionError("the broker serves nobody any more; it said: " + broker.output(), e);
            } finally {
                for (var reader : readers) {
                    reader.close();
                }
            }
            assertStillServes(broker, 2);
            assertThat(broker.output()).doesNotContain("OutOfMemoryError").doesNotContain("LEAK:");
        }
    }

    private static void fill(BrokerProcess broker) throws Exception {
        var config = Map.<String, Object>of("bootstrap.servers", broker.bootstrap());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (var i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>("full", "x".repeat(50_000))).get();
            }
        }
    }

    private static Socket askWithoutReading(BrokerProcess broker, byte[] request) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", broker.port()), 30_000);
        var requests = new ByteArrayOutputStream();
        for (var i = 0; i < 100; i++) {
            requests.write(request);
        }
        // Few enough to be taken even by a broker that has stopped reading.
        socket.setSendBufferSize(requests.size());
        requests.writeTo(socket.getOutputStream());
        return socket;
    }

    /** All records of the topic, in version 4. */
    private static byte[] fetch() {
        var frame = frame(1, 4).putInt(-1).putInt(0).putInt(0).putInt(50 << 20).put((byte) 0);
        frame.putInt(1).putShort((short) 4).put("full".getBytes(StandardCharsets.US_ASCII));
        return closed(frame.putInt(1).putInt(0).putLong(0).putInt(50 << 20));
    }

    /** The settings of the topic, with all that they could be and are not, a hundred times in one answer, in version 1. */
    private static byte[] describe() {
        var frame = frame(32, 1).putInt(100);
        for (var i = 0; i < 100; i++) {
            frame.put((byte) 2).putShort((short) 4).put("full".getBytes(StandardCharsets.US_ASCII));
            frame.putInt(-1);
        }
        return closed(frame.put((byte) 1));
    }

    private static ByteBuffer frame(int apiKey, int version) {
        var frame = ByteBuffer.allocate(2_000).position(Integer.BYTES);
        return frame.putShort((short) apiKey)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) -1);
    }

    private static byte[] closed(ByteBuffer frame) {
        frame.flip().putInt(0, frame.limit() - Integer.BYTES);
        return Arrays.copyOf(frame.array(), frame.limit());
    }

    private static BrokerSetup advertising(Tap tap) {
        var settings = new HashMap<>(SETUP.settings());
        settings.put("advertised.listeners", "PLAINTEXT://" + tap.address());
        return new BrokerSetup(SETUP.jvm(), settings);
    }

    private static TreeSet<Short> apiKeys(List<byte[]> requests) {
        var keys = new TreeSet<Short>();
        requests.forEach(request -> keys.add(ByteBuffer.wrap(request).getShort()));
        return keys;
    }

    private static byte[] mutate(byte[] request, Random random) {
        var mutant = request.clone();
        var changes = 1 + random.nextInt(4);
        for (var i = 0; i < changes; i++) {
            // Beyond the API key, mostly: another API is another request.
            var at = random.nextInt(20) == 0
                    ? random.nextInt(4)
                    : Math.min(mutant.length - 1, 4 + random.nextInt(Math.max(1, mutant.length - 4)));
            switch (random.nextInt(5)) {
                case 0 -> mutant[at] = (byte) random.nextInt(256);
                case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutant[at] = (byte) (random.nextBoolean() ? 0x7f : 0xff);
                case 3 -> {
                    if (at + 4 <= mutant.length) {
                        ByteBuffer.wrap(mutant).putInt(at, random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt());
                    }
                }
                default -> mutant = Arrays.copyOf(mutant, Math.max(4, random.nextInt(mutant.length + 16)));
            }
        }
        return mutant;
    }

    /** Sends it, and hangs up once there was time for an answer; a broker that answers nothing has closed, or waits. */
    private static void send(BrokerProcess broker, byte[] request) throws IOException {
        try (var socket = connect(broker)) {
            socket.setSoTimeout(20);
            var out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(request.length);
            out.write(request);
            out.flush();
            socket.getInputStream().read();
        } catch (SocketTimeoutException | SocketException e) {
            // Both are answers: it waits for what the request asks it to wait for, or it has hung up.
        }
    }

    private static Socket connect(BrokerProcess broker) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", broker.port()), 30_000);
        return socket;
    }

    private static void assertStillServes(BrokerProcess broker, long seed) throws Exception {
        var config = Map.<String, Object>of("bootstrap.servers", broker.bootstrap());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
                var admin = Admin.create(config)) {
            var where = producer.send(new ProducerRecord<>("served-" + Long.toHexString(seed), "still here"))
                    .get();
            assertThat(where.offset()).isZero();
            assertThat(admin.listTopics().names().get()).contains(where.topic());
        }
    }

    /** The threads that the broker keeps while it lives, by name, as the JVM's tool tells them; those that help to force come and go. */
    private static List<String> threadsOf(BrokerProcess broker) throws IOException {
        var jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(broker.pid()),
                        "Thread.print")
                .redirectErrorStream(true)
                .start();
        var lines = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines();
        return lines.filter(line -> line.startsWith("\"isthmus"))
                .map(line -> line.substring(1, line.indexOf('"', 1)))
                .filter(name -> !name.equals("isthmus-force"))
                .toList();
    }
}
