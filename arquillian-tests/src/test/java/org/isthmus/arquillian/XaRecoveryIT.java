package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Payara Micro of its own is killed between the phases of a transaction over queues and another resource, and started again: the server's
 * own recovery ends what was in doubt. A resource that takes part kills it, so the moment is always the same.
 */
@Timeout(1200)
class XaRecoveryIT {
    private static final Pattern READY = Pattern.compile("http://[^:]+:(\\d+)/books");
    private static final int TIMES = 1500;

    @TempDir
    Path directory;

    private Process server;
    private Path output;
    private URI books;

    @Test
    void whatAServerLeftInDoubtItEndsWhenItComesBack() throws Exception {
        prepare();
        try {
            start("first");
            assertThat(get("book=before")).isEqualTo("[before] []");
            dies("book=decided&deadly=COMMIT");

            start("second");
            becomes("[before, decided] []");
            dies("work=undecided&deadly=PREPARE");

            start("third");
            becomes("[before, decided, undecided] []");
        } finally {
            if (server != null) {
                server.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
            }
        }
    }

    private void prepare() throws IOException {
        ShrinkWrap.create(WebArchive.class, "books.war")
                .addClasses(
                        Bookkeeping.class,
                        BookingBean.class,
                        BookingServlet.class,
                        DyingResource.class,
                        DyingResource.Phase.class)
                .as(ZipExporter.class)
                .exportTo(directory.resolve("books.war").toFile());
        Files.writeString(directory.resolve("pre.asadmin"), """
                set configs.config.server-config.transaction-service.automatic-recovery=true
                create-resource-adapter-config --property dataDirectory=%s isthmus
                """.formatted(directory.resolve("broker")));
        // Recovery on this server is by global pools, and the broker's answers for beans too.
        Files.writeString(directory.resolve("post.asadmin"), """
                deploy %s
                create-connector-connection-pool --raname isthmus --connectiondefinition jakarta.jms.ConnectionFactory --transactionsupport XATransaction --steadypoolsize 0 booksPool
                create-connector-resource --poolname booksPool jms/books
                deploy %s
                """.formatted(
                        Path.of(System.getProperty("payara.microJar")).resolveSibling("isthmus.rar"),
                        directory.resolve("books.war")));
    }

    private void start(String name) throws Exception {
        output = directory.resolve(name + ".log");
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-jar",
                        System.getProperty("payara.microJar"),
                        "--nocluster",
                        "--rootdir",
                        directory.resolve("root").toString(),
                        "--autobindhttp",
                        "--prebootcommandfile",
                        directory.resolve("pre.asadmin").toString(),
                        "--postbootcommandfile",
                        directory.resolve("post.asadmin").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        for (int n = 0; n < TIMES; n++) {
            var ready = READY.matcher(Files.readString(output));
            if (ready.find()) {
                books = URI.create("http://127.0.0.1:" + ready.group(1) + "/books/books");
                return;
            }
            assertThat(server.waitFor(200, TimeUnit.MILLISECONDS)).as(log()).isFalse();
        }
        throw new AssertionError("The server did not start:\n" + log());
    }

    private void dies(String request) throws Exception {
        try {
            get(request);
        } catch (IOException e) {
            // It may die before it has answered.
        }
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).as(log()).isTrue();
    }

    private void becomes(String expected) throws Exception {
        var state = get("");
        for (int n = 0; n < TIMES && !state.equals(expected); n++) {
            assertThat(server.waitFor(200, TimeUnit.MILLISECONDS)).as(log()).isFalse();
            state = get("");
        }
        assertThat(state).as(log()).isEqualTo(expected);
    }

    private String get(String query) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(books + "?" + query))
                .timeout(Duration.ofSeconds(60))
                .build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body() + log()).isEqualTo(200);
        return response.body();
    }

    private String log() throws IOException {
        return Files.readString(output);
    }
}
