package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces on one switch, each a machine of its own, between which ways can be closed. What is outside of them, the test with its
 * clients, has one address there and ZooKeeper another, so that the ways to either are closed by themselves. Needs the right to make them.
 */
final class PartedNetwork implements AutoCloseable {
    private static final int CLIENTS = 254;
    private static final int ZOOKEEPER = 253;

    private final String name;
    private final String prefix;
    private final int machines;

    /** Names and addresses that no other run of this test has at the same time. */
    private PartedNetwork(long number, int machines) {
        this.name = "ish" + number % 100_000;
        this.prefix = "10.213." + number % 250 + ".";
        this.machines = machines;
    }

    /** Machines 1 to {@code machines}. Fails with {@link IOException} where this user may not. */
    static PartedNetwork make(int machines) throws IOException, InterruptedException {
        var network = new PartedNetwork(ProcessHandle.current().pid(), machines);
        try {
            network.build();
            return network;
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException, InterruptedException {
        ip("link add " + name + " type bridge");
        ip("address add " + address(CLIENTS) + "/24 dev " + name);
        ip("address add " + zooKeeper() + "/24 dev " + name);
        ip("link set " + name + " up");
        for (var machine = 1; machine <= machines; machine++) {
            var space = space(machine);
            ip("netns add " + space);
            ip("link add " + space + " type veth peer name eth0 netns " + space);
            ip("link set " + space + " master " + name + " up");
            ip("-n " + space + " link set lo up");
            ip("-n " + space + " address add " + address(machine) + "/24 dev eth0");
            ip("-n " + space + " link set eth0 up");
        }
    }

    /** Under which a command runs on that machine. */
    List<String> on(int machine) {
        return List.of("ip", "netns", "exec", space(machine));
    }

    String address(int machine) {
        return prefix + machine;
    }

    String zooKeeper() {
        return address(ZOOKEEPER);
    }

    /** Nothing gets from the one machine to the other any more; what comes back does. */
    void close(int from, int to) throws IOException, InterruptedException {
        closeTo(from, address(to));
    }

    /** Nothing gets from the machine to ZooKeeper any more. */
    void closeToZooKeeper(int machine) throws IOException, InterruptedException {
        closeTo(machine, zooKeeper());
    }

    private void closeTo(int machine, String address) throws IOException, InterruptedException {
        ip("-n " + space(machine) + " route add blackhole " + address + "/32");
    }

    void open(int from, int to) throws IOException, InterruptedException {
        openTo(from, address(to));
    }

    void openToZooKeeper(int machine) throws IOException, InterruptedException {
        openTo(machine, zooKeeper());
    }

    private void openTo(int machine, String address) throws IOException, InterruptedException {
        ip("-n " + space(machine) + " route del blackhole " + address + "/32");
    }

    private String space(int machine) {
        return name + "-" + machine;
    }

    private static void ip(String arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        IOException failed = null;
        for (var machine = 1; machine <= machines; machine++) {
            // The namespace lives on for as long as a process does that runs in it; its way out does not.
            failed = tried("link del " + space(machine), failed);
            failed = tried("netns del " + space(machine), failed);
        }
        failed = tried("link del " + name, failed);
        if (failed != null) {
            System.getLogger(PartedNetwork.class.getName()).log(System.Logger.Level.DEBUG, "Was not there", failed);
        }
    }

    private static IOException tried(String arguments, IOException before) throws InterruptedException {
        try {
            ip(arguments);
            return before;
        } catch (IOException e) {
            return e;
        }
    }
}
