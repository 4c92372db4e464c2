package org.isthmus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.BrokerSetup;

/**
 * Runs Isthmus and Apache Kafka in turn under Kafka's own performance clients, and prints the median of each figure and its ratio
 * as a table in Markdown. What goes on meanwhile is told on the standard error.
 *
 * <p>Both brokers live for one workload, on the same disk; rounds alternate between them, so a machine that slows down slows both. One
 * round before the counted ones warms up both just-in-time compilers.
 */
public final class SideBySide {
    /**
     * By size and partitions: as fast as it goes, the same with each record on the disk before its answer, and at a rate both can keep. The
     * first are long, because a consumer's first seconds are those of its own virtual machine.
     */
    private static final List<Workload> WORKLOADS = List.of(
            new Workload(100, 1, 10_000_000, false, -1),
            new Workload(100, 8, 10_000_000, false, -1),
            new Workload(1024, 1, 2_500_000, false, -1),
            new Workload(1024, 8, 2_500_000, false, -1),
            new Workload(100, 1, 300_000, true, -1),
            new Workload(100, 8, 300_000, true, -1),
            new Workload(1024, 1, 60_000, true, -1),
            new Workload(1024, 8, 60_000, true, -1),
            new Workload(100, 1, 100_000, false, 10_000),
            new Workload(100, 8, 100_000, false, 10_000),
            new Workload(1024, 1, 100_000, false, 10_000),
            new Workload(1024, 8, 100_000, false, 10_000),
            new Workload(1024, 1, 10_000, true, 1_000),
            new Workload(1024, 8, 10_000, true, 1_000));

    private final Path root;
    private final int rounds;
    private final Path work;
    private final PerfTools tools;
    private final Table table = new Table();

    private SideBySide(Path root, int rounds, Path work) {
        this.root = root;
        this.rounds = rounds;
        this.work = work;
        this.tools = new PerfTools(root.resolve("peers/kafka-tools/target/lib"));
    }

    /** Arguments: the project's folder (default: here), counted rounds (default 3), numbers of the workloads to run, from 1 (default: all). */
    public static void main(String[] arguments) throws Exception {
        var root = Path.of(arguments.length > 0 ? arguments[0] : ".")
                .toAbsolutePath()
                .normalize();
        var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        var chosen = new ArrayList<Workload>();
        for (int i = 2; i < arguments.length; i++) {
            chosen.add(WORKLOADS.get(Integer.parseInt(arguments[i]) - 1));
        }
        var work = Files.createTempDirectory("side-by-side");
        try {
            new SideBySide(root, rounds, work).run(chosen.isEmpty() ? WORKLOADS : chosen);
        } finally {
            delete(work);
        }
    }

    private void run(List<Workload> workloads) throws Exception {
        for (var workload : workloads) {
            System.err.println(
                    "\n" + workload.describe() + ", " + rounds + " rounds of " + workload.records() + " records");
            measure(workload);
        }
        System.out.println(table.markdown());
    }

    private void measure(Workload workload) throws Exception {
        var data = Files.createTempDirectory(work, "workload");
        var isthmus = new ArrayList<Measurement>();
        var kafka = new ArrayList<Measurement>();
        try (var isthmusBroker = BrokerProcess.isthmus(
                        root.resolve("broker-core/target/isthmus-broker.jar"),
                        data.resolve("isthmus"),
                        BrokerSetup.MEASURED);
                var kafkaBroker = BrokerProcess.kafka(
                        root.resolve("peers/apache-kafka/target/lib"), data.resolve("kafka"), BrokerSetup.MEASURED)) {
            for (int round = 0; round <= rounds; round++) {
                var ours = round("Isthmus", isthmusBroker, round, workload);
                var theirs = round("Kafka", kafkaBroker, round, workload);
                if (round > 0) {
                    isthmus.add(ours);
                    kafka.add(theirs);
                }
            }
        } finally {
            delete(data);
        }
        table.add(workload, isthmus, kafka);
    }

    private Measurement round(String name, BrokerProcess broker, int round, Workload workload) throws Exception {
        var topic = "round-" + round;
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            createTopic(broker, admin, topic, workload);
            var before = Cpu.of(broker);
            var produced = tools.produce(broker.bootstrap(), topic, workload);
            var between = Cpu.of(broker);
            var consumed = workload.isPaced() ? 0 : tools.consume(broker.bootstrap(), topic, workload);
            var after = Cpu.of(broker);
            var measured = new Measurement(
                    produced.perSecond(),
                    consumed,
                    secondsPerMillion(before.broker(), between.broker(), workload),
                    secondsPerMillion(between.broker(), after.broker(), workload),
                    secondsPerMillion(before.clients(), between.clients(), workload),
                    secondsPerMillion(between.clients(), after.clients(), workload),
                    produced.p50Ms(),
                    produced.p99Ms(),
                    produced.p999Ms(),
                    broker.residentMegabytes());
            admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
            System.err.printf(
                    "  %-8s round %d%s: produce %,9.0f/s %5.2f cpu-s/M, consume %,9.0f/s %5.2f cpu-s/M%n",
                    name,
                    round,
                    round == 0 ? " (warm-up)" : "",
                    measured.producedPerSecond(),
                    measured.produceCpuSeconds(),
                    measured.consumedPerSecond(),
                    measured.consumeCpuSeconds());
            return measured;
        }
    }

    /** What a broker, and all clients that have ended, have used of the processors. */
    private record Cpu(Duration broker, Duration clients) {
        static Cpu of(BrokerProcess broker) throws IOException {
            return new Cpu(broker.cpu(), PerfTools.cpu());
        }
    }

    private static void createTopic(BrokerProcess broker, Admin admin, String topic, Workload workload)
            throws Exception {
        var settings = workload.fsync() ? broker.fsyncSettings() : broker.unsyncedSettings();
        var wanted = new NewTopic(topic, Optional.of(workload.partitions()), Optional.of((short) 1)).configs(settings);
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                admin.createTopics(List.of(wanted)).all().get(30, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException e) {
                // A broker that is still starting refuses or answers late.
                if (!broker.isAlive() || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private static double secondsPerMillion(Duration from, Duration to, Workload workload) {
        return to.minus(from).toMillis() / 1000.0 * 1_000_000 / workload.records();
    }

    private static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
