package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * An application server of the kind that is tested, in a process of its own, which a test may kill and start again on what it left. All that it
 * writes is below one directory.
 *
 * <pre>
 *   prepared (adapter, database, applications) → started ⇄ dead
 * </pre>
 */
abstract class OwnServer implements AutoCloseable {
    private static final int TIMES = 1500;

    final Path directory;
    final int port = freePort();
    final Path output;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> named = new ArrayList<>();
    private Process process;

    OwnServer(Path directory) {
        this.directory = directory;
        this.output = directory.resolve("server.log");
    }

    /** In an empty directory; the build says of which kind. */
    static OwnServer in(Path directory) throws Exception {
        var kind = System.getProperty("isthmus.test.server");
        return switch (kind) {
            case "payara-micro" -> new MicroServer(directory);
            case "payara-server" -> new PayaraServer(directory);
            case "wildfly" -> new WildFlyServer(directory);
            default -> throw new IllegalStateException("No server of the kind " + kind);
        };
    }

    /** The adapter as it was built, with its log below the directory and a connection factory of the server's own. */
    void adapter() throws Exception {
        adapter(Map.of("dataDirectory", directory.resolve("broker").toString()));
    }

    /** The adapter with these settings, by the server's own means of configuration. */
    abstract void adapter(Map<String, String> settings) throws Exception;

    /** The same archive once more under another name, {@code second}, with a log of its own: its connection factory's name. */
    abstract String secondAdapter() throws Exception;

    /** A file database whose connections take part in the server's transactions. */
    abstract void database() throws Exception;

    /** A session of H2 answers a question that it was asked before from memory, also where recovery has committed in between. */
    static String url(Path file) {
        return "jdbc:h2:" + file + ";OPTIMIZE_REUSE_RESULTS=0;WRITE_DELAY=0";
    }

    abstract void archive(Path archive) throws Exception;

    /** Answers its file. */
    Path application(WebArchive application) throws Exception {
        var file = directory.resolve(application.getName());
        application.as(ZipExporter.class).exportTo(file.toFile());
        archive(file);
        return file;
    }

    /** One that the server will not take. */
    void refusedApplication(WebArchive application) throws Exception {
        application(application);
    }

    /** As the server's own process, whose death is the server's. */
    abstract List<String> command() throws Exception;

    /** What the applications look up on this server, as system properties. */
    abstract List<String> names();

    static Path adapterArchive() {
        return Path.of(System.getProperty("isthmus.test.adapter"));
    }

    /** Has applications look something up under a name of their own. */
    void name(String property, String name) {
        named.add("-D" + property + "=" + name);
    }

    Path copyOfAdapter(String name) throws IOException {
        return Files.copy(adapterArchive(), directory.resolve(name));
    }

    /** What every process of this server is started with. */
    List<String> options() throws IOException {
        var options = new ArrayList<>(names());
        options.addAll(named);
        options.add("-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")));
        return options;
    }

    List<String> java(String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(options());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns once this page is there. */
    void start(String page) throws Exception {
        process = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectInput(Files.writeString(directory.resolve("input"), "").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        for (int n = 0; n < TIMES; n++) {
            try {
                if (call(page).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Nobody listens yet.
            }
            assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).as(log()).isFalse();
        }
        throw new AssertionError("The server did not start:\n" + log());
    }

    /** Kills it, and starts it again on what it left. */
    void restart(String page) throws Exception {
        close();
        start(page);
    }

    String get(String page) throws Exception {
        try {
            var response = call(page);
            assertThat(response.statusCode()).as(response.body() + log()).isEqualTo(200);
            return response.body();
        } catch (IOException e) {
            throw new AssertionError("No answer:\n" + log(), e);
        }
    }

    HttpResponse<String> call(String page) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + page))
                .timeout(Duration.ofSeconds(60))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    /** Asks for something that kills the server. */
    void diesOf(String page) throws Exception {
        try {
            call(page);
        } catch (IOException e) {
            // It may die before it has answered.
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(log()).isTrue();
    }

    void becomes(String page, String expected) throws Exception {
        patiently(() -> get(page).equals(expected));
        assertThat(get(page)).as(log()).isEqualTo(expected);
    }

    /** Returns once its log has this. */
    void says(String text) throws Exception {
        patiently(() -> log().contains(text));
        assertThat(log()).contains(text);
    }

    /** Asks again and again while it lives, until the answer is yes or has been no for long. */
    void patiently(Callable<Boolean> question) throws Exception {
        for (int n = 0; n < TIMES && !question.call(); n++) {
            assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).as(log()).isFalse();
        }
    }

    String log() throws IOException {
        return Files.readString(output);
    }

    /** Runs a tool of the server to its end. */
    void run(List<String> command, Map<String, String> environment) throws Exception {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        var tool = builder.start();
        assertThat(tool.waitFor(5, TimeUnit.MINUTES)).as(log()).isTrue();
        assertThat(tool.exitValue()).as(log()).isZero();
    }

    static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }
}
