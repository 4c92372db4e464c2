package org.isthmus.broker.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The runnable jar in a process of its own, on a port that the machine chose the first time. */
public final class BrokerProcess implements AutoCloseable {
    private final Process process;
    private final String address;

    private BrokerProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    public static BrokerProcess start(Path data, String... more) throws IOException {
        return startAt("127.0.0.1:0", data, more);
    }

    /** As one that was started before, where clients look for it. */
    public static BrokerProcess startAt(String listener, Path data, String... more) throws IOException {
        return startUnder(List.of(), listener, data, List.of(more));
    }

    /** By another command, which becomes the broker. */
    static BrokerProcess startUnder(List<String> command, String listener, Path data, List<String> more)
            throws IOException {
        var words = new ArrayList<>(List.of("--data", data.toString(), "--listen", listener));
        words.addAll(more);
        var builder = builder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.command().addAll(0, command);
        var process = builder.start();
        var ready =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (ready == null) {
            throw new IOException("the broker did not start");
        }
        return new BrokerProcess(process, ready.replaceAll("Isthmus broker ready: (\\S+) data=.*", "$1"));
    }

    /** Without waiting for anything. Its errors are this process's, unless the caller reads them. */
    static Process launch(List<String> arguments) throws IOException {
        return builder(arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    static ProcessBuilder builder(List<String> arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("isthmus.broker.jar"),
                "serve"));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    public String address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Sends it a signal by name: {@code STOP} pauses it, {@code CONT} lets it go on. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Asks it to stop, as an operator does, and returns what it ends with. */
    int terminate() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /** Of what somebody brings about: what it ends with, or -1 where it goes on for half a minute. */
    int awaitEnd() throws InterruptedException {
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    /** It has written its last then: a directory that is deleted after this stays so. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
