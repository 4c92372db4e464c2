package org.isthmus.benchmarks.recovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.BrokerSetup;
import org.isthmus.peers.FreePort;

/** Three brokers that are one cluster, each in a process of its own, on ports that stay theirs. Ids begin at 1. */
final class Nodes implements AutoCloseable {
    static final int COUNT = 3;

    /** Starts one of them. */
    interface Starter {
        BrokerProcess start(int id, Path data, List<Integer> ports) throws IOException, InterruptedException;
    }

    private final Starter starter;
    private final Path data;
    private final List<Integer> ports = freePorts();
    private final Map<Integer, BrokerProcess> running = new TreeMap<>();

    private Nodes(Starter starter, Path data) {
        this.starter = starter;
        this.data = data;
    }

    static Nodes isthmus(Path jar, String zooKeeper, Map<String, String> settings, Path data)
            throws IOException, InterruptedException {
        return started(
                (id, directory, ports) -> {
                    var all = new HashMap<>(settings);
                    all.put("zookeeper.connect", zooKeeper);
                    all.put("node.id", Integer.toString(id));
                    return BrokerProcess.isthmus(
                            jar, directory, ports.get(id - 1), new BrokerSetup(BrokerSetup.MEASURED.jvm(), all));
                },
                data);
    }

    static Nodes kafka(Path lib, Map<String, String> settings, Path data) throws IOException, InterruptedException {
        var controllers = freePorts();
        return started(
                (id, directory, ports) -> BrokerProcess.kafka(
                        lib, directory, id, ports, controllers, new BrokerSetup(BrokerSetup.MEASURED.jvm(), settings)),
                data);
    }

    private static Nodes started(Starter starter, Path data) throws IOException, InterruptedException {
        var nodes = new Nodes(starter, data);
        try {
            for (var id = 1; id <= COUNT; id++) {
                nodes.start(id);
            }
            return nodes;
        } catch (IOException | InterruptedException e) {
            nodes.close();
            throw e;
        }
    }

    private static List<Integer> freePorts() {
        var ports = new ArrayList<Integer>();
        try {
            while (ports.size() < COUNT) {
                var port = FreePort.pick();
                if (!ports.contains(port)) {
                    ports.add(port);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ports;
    }

    void start(int id) throws IOException, InterruptedException {
        running.put(id, starter.start(id, data.resolve("node-" + id), ports));
    }

    void kill(int id) throws InterruptedException {
        var killed = running.remove(id);
        if (killed != null) {
            killed.kill();
        }
    }

    String bootstrap() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        running.values().forEach(BrokerProcess::close);
    }
}
