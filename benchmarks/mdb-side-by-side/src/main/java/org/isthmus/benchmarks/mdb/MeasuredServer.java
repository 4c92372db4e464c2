package org.isthmus.benchmarks.mdb;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.isthmus.peers.FreePort;

/** A WildFly of its own with the application, which is measured while it runs. What it prints is in {@code server.log} of its directory. */
final class MeasuredServer implements AutoCloseable {
    private static final int USUAL_PORT = 8080;
    private static final int TIMES = 1200;
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.lang.invoke",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.net",
            "java.base/java.security",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.management/javax.management",
            "java.naming/javax.naming");

    private final int port = FreePort.pick();
    // A server gives up a connection of HTTP/2 on which an answer is waited for for minutes.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path log;
    private final Process process;

    MeasuredServer(Path home, Path rar, Path directory, Adapter adapter) throws IOException, InterruptedException {
        var base = directory.resolve("standalone");
        var deployments = Files.createDirectories(base.resolve("deployments"));
        var configuration = Files.createDirectories(base.resolve("configuration"));
        try (var files = Files.list(home.resolve("standalone/configuration"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, configuration.resolve(file.getFileName()));
            }
        }
        if (adapter == Adapter.ISTHMUS) {
            Files.copy(rar, deployments.resolve("isthmus.rar"));
        }
        MeasuredApplication.write(deployments.resolve("measured.war"), adapter);
        log = directory.resolve("server.log");
        process = new ProcessBuilder(command(home, base, adapter))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await();
    }

    private List<String> command(Path home, Path base, Adapter adapter) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms1g",
                "-Xmx1g",
                "-Dmeasured.factory=" + adapter.factory(),
                "-Djboss.home.dir=" + home,
                "-Djboss.server.base.dir=" + base,
                "-Djboss.socket.binding.port-offset=" + (port - USUAL_PORT),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager"));
        OPENED.forEach(opened -> command.add("--add-opens=" + opened + "=ALL-UNNAMED"));
        command.addAll(List.of(
                "-jar",
                home.resolve("jboss-modules.jar").toString(),
                "-mp",
                home.resolve("modules").toString(),
                "org.jboss.as.standalone",
                "--server-config=standalone-full.xml"));
        return command;
    }

    private void await() throws IOException, InterruptedException {
        for (int n = 0; n < TIMES; n++) {
            try {
                if (call("").statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Nobody listens yet.
            }
            if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        close();
        throw new IOException("WildFly did not start:\n" + Files.readString(log));
    }

    /** Messages in a second, and the median and the 99th percentile of the time from a send to the bean, in microseconds. */
    double[] measure(String queue, int messages, int singles) throws IOException, InterruptedException {
        var answer = call("?queue=" + queue + "&messages=" + messages + "&singles=" + singles);
        if (answer.statusCode() != 200) {
            throw new IOException(answer.body() + "\n" + Files.readString(log));
        }
        var figures = answer.body().split(" ", -1);
        return new double[] {
            Double.parseDouble(figures[0]), Double.parseDouble(figures[1]), Double.parseDouble(figures[2])
        };
    }

    private HttpResponse<String> call(String query) throws IOException, InterruptedException {
        var address = URI.create("http://127.0.0.1:" + port + "/measured/measure" + query);
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
