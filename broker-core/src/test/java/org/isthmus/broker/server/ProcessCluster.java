package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Brokers of one cluster in processes of their own, which come back where they were. */
final class ProcessCluster implements AutoCloseable {
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
    ProcessCluster(String zooKeeper, String... settings) {
        this.zooKeeper = zooKeeper;
        this.settings = List.of(settings);
    }

    /** On this machine, at a port that it chooses. */
    void start(int id, Path data) throws IOException {
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
    void start(int id) throws IOException {
        start(id, places.get(id));
    }

    String address(int id) {
        return places.get(id).listener();
    }

    Path data(int id) {
        return places.get(id).data();
    }

    /** All that were ever started. */
    String bootstrap() {
        return String.join(",", places.keySet().stream().map(this::address).toList());
    }

    void kill(int id) throws InterruptedException {
        running.remove(id).kill();
    }

    /** Asks it to stop, as an operator does, and returns what it ends with. */
    int terminate(int id) throws InterruptedException {
        return running.remove(id).terminate();
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
