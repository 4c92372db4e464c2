package org.isthmus.benchmarks.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * Kills the leader of a partition, which has three replicas of which two have to be in sync, while a stock producer writes, and prints the longest
 * time for which nothing was acknowledged as a table in Markdown: three brokers of Isthmus and a ZooKeeper server, and three nodes of Apache
 * Kafka that are broker and controller each, in the same run.
 */
public final class TimeToRecover {
    private static final String TOPIC = "recovered";
    /** Which a ZooKeeper server has where nothing is said; sessions end at multiples of it. */
    private static final int TICK_MS = 2_000;

    private static final int WARM = 1_000;
    private static final int SETTLED = 400;

    private final Path root;
    private final int rounds;
    private final Path work;
    private final List<String> rows = new ArrayList<>(List.of(
            "| a broker counts as dead after | cluster | longest gap, ms: median | least | most |",
            "|---|---|---:|---:|---:|"));

    private TimeToRecover(Path root, int rounds, Path work) {
        this.root = root;
        this.rounds = rounds;
        this.work = work;
    }

    /** Arguments: the project's folder (default: here), counted rounds (default 5). */
    public static void main(String[] arguments) throws Exception {
        var root = Path.of(arguments.length > 0 ? arguments[0] : ".")
                .toAbsolutePath()
                .normalize();
        var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        var work = Files.createTempDirectory("time-to-recover");
        try {
            new TimeToRecover(root, rounds, work).run();
        } finally {
            delete(work);
        }
    }

    private void run() throws Exception {
        // 9 s is what both have where nothing is said.
        for (var timeout : List.of(Duration.ofSeconds(9), Duration.ofSeconds(4))) {
            measureIsthmus(timeout);
            measureKafka(timeout);
        }
        System.out.println(String.join("\n", rows));
    }

    private void measureIsthmus(Duration timeout) throws Exception {
        var spec = new InstanceSpec(null, -1, -1, -1, true, -1, TICK_MS, -1);
        var settings = Map.of("zookeeper.session.timeout.ms", Long.toString(timeout.toMillis()));
        try (var zooKeeper = new TestingServer(spec, true);
                var nodes = Nodes.isthmus(
                        root.resolve("broker-core/target/isthmus-broker.jar"),
                        zooKeeper.getConnectString() + "/recovery",
                        settings,
                        Files.createTempDirectory(work, "isthmus"))) {
            measure("Isthmus", timeout, nodes);
        }
    }

    private void measureKafka(Duration timeout) throws Exception {
        var settings = new HashMap<String, String>();
        settings.put("broker.session.timeout.ms", Long.toString(timeout.toMillis()));
        settings.put("broker.heartbeat.interval.ms", Long.toString(Math.min(2_000, timeout.toMillis() / 4)));
        try (var nodes = Nodes.kafka(
                root.resolve("peers/apache-kafka/target/lib"), settings, Files.createTempDirectory(work, "kafka"))) {
            measure("Apache Kafka", timeout, nodes);
        }
    }

    private void measure(String cluster, Duration timeout, Nodes nodes) throws Exception {
        var gaps = new ArrayList<Long>();
        try (var admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap()))) {
            create(admin);
            awaitAllInSync(admin);
            try (var pulse = Pulse.start(nodes.bootstrap(), TOPIC)) {
                pulse.await(WARM);
                for (var round = 0; round < rounds; round++) {
                    var leader = partition(admin).leader().id();
                    pulse.begin();
                    nodes.kill(leader);
                    while (leader(admin) == leader) {
                        Thread.onSpinWait();
                    }
                    pulse.await(SETTLED);
                    var gap = pulse.longestGap().toMillis();
                    gaps.add(gap);
                    System.err.printf("%s, %s, round %d: %,d ms%n", cluster, timeout, round + 1, gap);
                    nodes.start(leader);
                    awaitAllInSync(admin);
                    pulse.await(SETTLED);
                }
            }
        }
        gaps.sort(Comparator.naturalOrder());
        rows.add(String.format(
                Locale.ROOT,
                "| %d s | %s | %,d | %,d | %,d |",
                timeout.toSeconds(),
                cluster,
                gaps.get(gaps.size() / 2),
                gaps.get(0),
                gaps.get(gaps.size() - 1)));
    }

    private static void create(Admin admin) throws Exception {
        var wanted = new NewTopic(TOPIC, 1, (short) Nodes.COUNT).configs(Map.of("min.insync.replicas", "2"));
        while (true) {
            try {
                admin.createTopics(List.of(wanted)).all().get();
                return;
            } catch (ExecutionException notAllThereYet) {
                Thread.sleep(500);
            }
        }
    }

    private static void awaitAllInSync(Admin admin) throws Exception {
        while (partition(admin).isr().size() < Nodes.COUNT) {
            Thread.sleep(100);
        }
    }

    private static int leader(Admin admin) throws Exception {
        Thread.sleep(100);
        var leader = partition(admin).leader();
        return leader == null ? -1 : leader.id();
    }

    private static TopicPartitionInfo partition(Admin admin) throws Exception {
        while (true) {
            try {
                var described = admin.describeTopics(List.of(TOPIC)).topicNameValues();
                return Objects.requireNonNull(described.get(TOPIC))
                        .get()
                        .partitions()
                        .get(0);
            } catch (ExecutionException notNow) {
                Thread.sleep(100);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
