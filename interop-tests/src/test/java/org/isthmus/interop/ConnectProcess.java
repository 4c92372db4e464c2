package org.isthmus.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isthmus.peers.BrokerProcess;

/**
 * Kafka Connect, standalone, in a process of its own: a source that follows a file into a topic and a sink that writes the topic into
 * another. What both files hold and how far the source has read lies in the directory, so that the next process goes on there.
 */
final class ConnectProcess implements AutoCloseable {
    private static final String WORKER = """
            bootstrap.servers=%1$s
            key.converter=org.apache.kafka.connect.storage.StringConverter
            value.converter=org.apache.kafka.connect.storage.StringConverter
            offset.storage.file.filename=%2$s/source.offsets
            offset.flush.interval.ms=100
            listeners=http://127.0.0.1:0
            plugin.discovery=service_load
            """;

    private static final String SOURCE = """
            name=lines-in
            connector.class=org.apache.kafka.connect.file.FileStreamSourceConnector
            tasks.max=1
            file=%s/in.txt
            topic=piped
            """;

    private static final String SINK = """
            name=lines-out
            connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
            tasks.max=1
            file=%s/out.txt
            topics=piped
            """;

    private final Process process;
    private final Path log;

    private ConnectProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static ConnectProcess start(String address, Path directory) throws IOException {
        Files.createDirectories(directory);
        var command = ToolJvm.command("org.apache.kafka.connect.cli.ConnectStandalone");
        command.add(write(directory.resolve("worker.properties"), WORKER.formatted(address, directory)));
        command.add(write(directory.resolve("source.properties"), SOURCE.formatted(directory)));
        command.add(write(directory.resolve("sink.properties"), SINK.formatted(directory)));
        var log = directory.resolve("connect.out");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new ConnectProcess(process, log);
    }

    private static String write(Path file, String text) throws IOException {
        return Files.writeString(file, text).toString();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String output() throws IOException {
        return Files.readString(log);
    }

    /** Asks it to end, upon which it writes down how far it has come. */
    @Override
    public void close() {
        BrokerProcess.end(process);
    }
}
