package org.isthmus.ra;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Three brokers in processes of their own, which have each topic three times, and the ZooKeeper that makes them one cluster. */
final class BrokerCluster implements AutoCloseable {
    private static final int BROKERS = 3;

    private final Path directory;
    private final TestingServer zooKeeper = new TestingServer(true);
    private final Map<Integer, Process> processes = new TreeMap<>();
    private final Map<Integer, String> addresses = new TreeMap<>();

    BrokerCluster(Path directory) throws Exception {
        this.directory = directory;
        for (int id = 1; id <= BROKERS; id++) {
            start(id);
        }
    }

    String bootstrapServers() {
        return String.join(",", addresses.values());
    }

    /** Where it was before, if it was. */
    void start(int id) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.isthmus.broker.server.Main",
                "serve",
                "--data",
                directory.resolve("broker-" + id).toString(),
                "--listen",
                addresses.getOrDefault(id, "127.0.0.1:0"),
                "--zookeeper",
                zooKeeper.getConnectString() + "/beans",
                "--id",
                Integer.toString(id)));
        for (var setting : List.of(
                "zookeeper.session.timeout.ms=2000",
                "default.replication.factor=3",
                "transaction.state.log.replication.factor=3",
                "offsets.topic.replication.factor=3",
                "min.insync.replicas=2")) {
            command.addAll(List.of("--config", setting));
        }
        var log = directory.resolve("broker-" + id + ".log").toFile();
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
        processes.put(id, process);
        var ready =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (ready == null) {
            throw new IOException("broker " + id + " did not start");
        }
        addresses.put(id, ready.replaceAll("Isthmus broker ready: (\\S+) data=.*", "$1"));
    }

    /** With a partition for each broker. */
    void createQueue(String name) throws Exception {
        try (var admin = admin()) {
            var queue = new NewTopic(name, Optional.of(BROKERS), Optional.empty());
            admin.createTopics(List.of(queue.configs(Map.of("isthmus.queue", "true"))))
                    .all()
                    .get();
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    /** One that leads a partition of the topic, but not this one. */
    int leaderOfOthers(String topic, int partition) throws Exception {
        try (var admin = admin()) {
            var partitions = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions();
            int leader = partitions.get(partition).leader().id();
            return partitions.stream()
                    .map(other -> other.leader().id())
                    .filter(id -> id != leader)
                    .findFirst()
                    .orElseThrow();
        }
    }

    void kill(int id) throws InterruptedException {
        Objects.requireNonNull(processes.remove(id)).destroyForcibly().waitFor();
    }

    /** As an operator does who restarts it. */
    void terminate(int id) throws InterruptedException {
        var process = Objects.requireNonNull(processes.remove(id));
        process.destroy();
        process.waitFor();
    }

    @Override
    public void close() throws Exception {
        for (var id : List.copyOf(processes.keySet())) {
            kill(id);
        }
        zooKeeper.close();
    }
}
