package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;

/** Brokers of one cluster in processes of their own, which come back where they were. */
public final class ProcessCluster implements AutoCloseable {
    private final String zooKeeper;
    private final List<String> settings;
    private final Map<Integer, Place> places = new TreeMap<>();
    private final Map<Integer, BrokerProcess> running = new TreeMap<>();

    /**
     * Where a broker is.
     *
     * @param command under which it runs, or none
     * @param listener its address; one with port 0 is known once it has started
     */
    record Place(List<String> command, String listener, Path data) {
        private Place at(String address) {
            return new Place(command, address, data);
        }
    }

    /** @param zooKeeper with the path of the cluster */
    public ProcessCluster(String zooKeeper, String... settings) {
        this.zooKeeper = zooKeeper;
        this.settings = List.of(settings);
    }

    /** On this machine, at a port that it chooses. */
    public void start(int id, Path data) throws IOException {
        start(id, new Place(List.of(), "127.0.0.1:0", data));
    }

    void start(int id, Place place) throws IOException {
        var arguments = new ArrayList<>(List.of("--zookeeper", zooKeeper, "--id", Integer.toString(id)));
        settings.forEach(setting -> arguments.addAll(List.of("--config", setting)));
        var started = BrokerProcess.startUnder(place.command(), place.listener(), place.data(), arguments);
        places.put(id, place.at(started.address()));
        running.put(id, started);
    }

    /** Again, after it was killed or has stopped. */
    public void start(int id) throws IOException {
        start(id, places.get(id));
    }

    String address(int id) {
        return places.get(id).listener();
    }

    Path data(int id) {
        return places.get(id).data();
    }

    /** Of one that runs, for whoever else is to signal it. */
    public long pid(int id) {
        return running.get(id).pid();
    }

    /** All that were ever started. */
    public String bootstrap() {
        return String.join(",", places.keySet().stream().map(this::address).toList());
    }

    void kill(int id) throws InterruptedException {
        running.remove(id).kill();
    }

    /** Asks it to stop, as an operator does, and returns what it ends with. */
    int terminate(int id) throws InterruptedException {
        return running.remove(id).terminate();
    }

    /** Of one that somebody else signals: what it ends with, or -1 where it goes on for half a minute. */
    public int awaitEnd(int id) throws InterruptedException {
        return running.get(id).awaitEnd();
    }

    /** Where one has not heard of all that run, what it makes gets fewer replicas than there could be. */
    void awaitEachOther() {
        Acquaintance.awaitAmong(running.keySet().stream().map(this::address).toList());
    }

    /** At all brokers that run; for tests too that have no class of the broker's. */
    public void createQueue(String name, int partitions) throws ExecutionException, InterruptedException {
        var queue = new NewTopic(name, partitions, (short) running.size());
        ReplicatedTopic.make(bootstrap(), queue.configs(Map.of("isthmus.queue", "true")));
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap(), "request.timeout.ms", 2000));
    }

    /** Of every topic, those of the brokers' own too: from then on any broker may go, and each partition still has a leader. */
    public void awaitAllInSync() throws InterruptedException {
        var admin = admin();
        try {
            while (!allInSync(admin)) {
                Thread.onSpinWait();
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private static boolean allInSync(Admin admin) throws InterruptedException {
        try {
            var names = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
            return admin.describeTopics(names).allTopicNames().get().values().stream()
                    .map(TopicDescription::partitions)
                    .allMatch(ReplicatedTopic::areAllInSync);
        } catch (ExecutionException e) {
            // A broker that does not answer yet, or has not heard of a topic.
            return false;
        }
    }

    void pause(int id) throws IOException, InterruptedException {
        running.get(id).signal("STOP");
    }

    void goOn(int id) throws IOException, InterruptedException {
        running.get(id).signal("CONT");
    }

    @Override
    public void close() {
        running.values().forEach(BrokerProcess::close);
    }
}
