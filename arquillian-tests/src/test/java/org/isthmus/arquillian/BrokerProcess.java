package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A broker that runs alone, which a test may kill and start again on what it left, at the same address. */
final class BrokerProcess implements AutoCloseable {
    private final Path directory;
    private final String address = "127.0.0.1:" + OwnServer.freePort();
    private Process process;

    BrokerProcess(Path directory) throws Exception {
        this.directory = directory;
        start();
    }

    String address() {
        return address;
    }

    /** Returns once it is ready. */
    void start() throws Exception {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        System.getProperty("isthmus.test.broker"),
                        "serve",
                        "--data",
                        directory.resolve("broker").toString(),
                        "--listen",
                        address))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("broker.log").toFile()))
                .start();
        var said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(said.readLine()).contains("ready");
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws Exception {
        kill();
    }
}
