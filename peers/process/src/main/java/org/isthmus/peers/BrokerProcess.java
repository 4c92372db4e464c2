package org.isthmus.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A broker in a process of its own, on a free port. What it prints is in {@code broker.out} of its data directory. */
public final class BrokerProcess implements AutoCloseable {
    /** What one node needs to be told, because the defaults are for three. */
    private static final String SINGLE_NODE = """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            controller.listener.names=CONTROLLER
            log.dirs=%3$s
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            """;

    private static final String NODE_OF_SEVERAL = """
            process.roles=broker,controller
            node.id=%1$d
            controller.quorum.voters=%2$s
            listeners=PLAINTEXT://127.0.0.1:%3$d,CONTROLLER://127.0.0.1:%4$d
            controller.listener.names=CONTROLLER
            log.dirs=%5$s
            """;

    private final Process process;
    private final String bootstrap;
    private final Path output;
    private final Map<String, String> fsyncSettings;
    private final Map<String, String> unsyncedSettings;

    private BrokerProcess(
            List<String> command,
            Path data,
            int port,
            Map<String, String> fsyncSettings,
            Map<String, String> unsyncedSettings)
            throws IOException {
        this.process = start(command, data);
        this.output = data.resolve("broker.out");
        this.bootstrap = "127.0.0.1:" + port;
        this.fsyncSettings = fsyncSettings;
        this.unsyncedSettings = unsyncedSettings;
    }

    public static BrokerProcess isthmus(Path jar, Path data, BrokerSetup setup) throws IOException {
        return isthmus(jar, data, FreePort.pick(), setup);
    }

    /** On the port that an earlier broker of the directory had, so that its clients find it again. */
    public static BrokerProcess isthmus(Path jar, Path data, int port, BrokerSetup setup) throws IOException {
        var command = java(setup.jvm(), "-jar", jar.toString());
        command.addAll(List.of("serve", "--data", data.toString(), "--listen", "127.0.0.1:" + port));
        setup.settings().forEach((name, value) -> command.addAll(List.of("--config", name + "=" + value)));
        return new BrokerProcess(command, data, port, Map.of("isthmus.flush", "commit"), Map.of("isthmus.flush", "os"));
    }

    /** Starts Apache Kafka as one node that is broker and controller, with its own defaults beside what a single node needs. */
    public static BrokerProcess kafka(Path lib, Path data, BrokerSetup setup) throws IOException, InterruptedException {
        return kafka(lib, data, FreePort.pick(), setup);
    }

    /** On the port that an earlier broker of the directory had, so that its clients find it again. */
    public static BrokerProcess kafka(Path lib, Path data, int port, BrokerSetup setup)
            throws IOException, InterruptedException {
        return kafka(lib, data, port, SINGLE_NODE.formatted(port, FreePort.pick(), data.resolve("log")), setup);
    }

    /**
     * One of several nodes, each of which is broker and controller.
     *
     * @param ports of all of them as brokers, by their ids, which begin at 1
     * @param controllers the same as controllers
     */
    public static BrokerProcess kafka(
            Path lib, Path data, int id, List<Integer> ports, List<Integer> controllers, BrokerSetup setup)
            throws IOException, InterruptedException {
        var voters = IntStream.rangeClosed(1, controllers.size())
                .mapToObj(voter -> voter + "@127.0.0.1:" + controllers.get(voter - 1))
                .collect(Collectors.joining(","));
        var port = ports.get(id - 1);
        var text = NODE_OF_SEVERAL.formatted(id, voters, port, controllers.get(id - 1), data.resolve("log"));
        return kafka(lib, data, port, text, setup);
    }

    private static BrokerProcess kafka(Path lib, Path data, int port, String fixed, BrokerSetup setup)
            throws IOException, InterruptedException {
        Files.createDirectories(data);
        var properties = data.resolve("server.properties");
        var text = new StringBuilder(fixed);
        setup.settings()
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        Files.writeString(properties, text);
        var classPath = lib + "/*";
        var format = java(setup.jvm(), "-cp", classPath, "kafka.tools.StorageTool", "format");
        format.addAll(List.of("--ignore-formatted", "-t", "cGVlci1vZi1pc3RobXVzMQ", "-c", properties.toString()));
        if (start(format, data).waitFor() != 0) {
            throw new IOException("Kafka could not format its data directory; see " + data.resolve("broker.out"));
        }
        var command = java(setup.jvm(), "-cp", classPath, "kafka.Kafka", properties.toString());
        return new BrokerProcess(command, data, port, Map.of("flush.messages", "1"), Map.of());
    }

    /** Starts ActiveMQ Artemis, whose durability is that of the broker and not of a topic. */
    public static BrokerProcess artemis(Path lib, Path data, BrokerSetup setup) throws IOException {
        Files.createDirectories(data);
        var port = FreePort.pick();
        var home = ArtemisHome.onPort(data, port);
        var command = java(
                setup.jvm(),
                "-cp",
                lib + "/*",
                ArtemisHome.MAIN,
                home.directory().toString());
        return new BrokerProcess(command, data, port, Map.of(), Map.of());
    }

    private static List<String> java(List<String> jvm, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process start(List<String> command, Path data) throws IOException {
        Files.createDirectories(data);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolve("broker.out").toFile()))
                .start();
    }

    public String bootstrap() {
        return bootstrap;
    }

    public int port() {
        return Integer.parseInt(bootstrap.substring(bootstrap.indexOf(':') + 1));
    }

    public long pid() {
        return process.pid();
    }

    /** What it has printed so far. */
    public String output() throws IOException {
        return Files.readString(output);
    }

    /** Ends it as the kernel would, without a word of warning. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The topic settings with which this broker has a record on the disk before it acknowledges it. */
    public Map<String, String> fsyncSettings() {
        return fsyncSettings;
    }

    /** The topic settings with which this broker leaves it to the operating system when a record reaches the disk. */
    public Map<String, String> unsyncedSettings() {
        return unsyncedSettings;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElseThrow();
    }

    /** Resident memory in megabytes, as Linux counts it. */
    public double residentMegabytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
            }
        }
        throw new IOException("process " + process.pid() + " tells no resident memory");
    }

    @Override
    public void close() {
        end(process);
    }

    /** Asks a process to end, and makes it where it does not. */
    public static void end(Process process) {
        process.destroy();
        awaitEnd(process);
    }

    /** Waits for a process that is about to end, and makes it where it does not. */
    public static void awaitEnd(Process process) {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
