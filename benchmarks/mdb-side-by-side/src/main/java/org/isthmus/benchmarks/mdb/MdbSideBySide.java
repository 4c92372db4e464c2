package org.isthmus.benchmarks.mdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the same message-driven beans on WildFly with Isthmus and with WildFly's own messaging (Artemis), and prints the median of each figure and
 * its ratio as a table in Markdown. Persistent messages of 1 KiB, 15 sessions, each side with its defaults, so that what is acknowledged is on the
 * disk.
 *
 * <p>Both servers live throughout; rounds alternate between them, so a machine that slows down slows both. One round before the counted ones
 * warms both up.
 */
public final class MdbSideBySide {
    /**
     * A backlog several times as large as what sessions may hold before the clock starts: Artemis's default is 1 MiB for each, about 14,000 of these
     * messages for all 15.
     */
    private static final int BACKLOG = 60_000;

    private static final List<String> FIGURES = List.of("messages/s", "p50, µs", "p99, µs");
    private static final Map<String, String> NAMES = new TreeMap<>(Map.of(
            "plain", "no transaction",
            "transacted", "transaction (XA)",
            "forwarding", "transaction (XA), sends on"));

    private MdbSideBySide() {}

    /** Arguments: the project's folder (default: here), counted rounds (default 3), messages of each backlog (default 60000). */
    public static void main(String[] arguments) throws Exception {
        var root = Path.of(arguments.length > 0 ? arguments[0] : ".")
                .toAbsolutePath()
                .normalize();
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int messages = arguments.length > 2 ? Integer.parseInt(arguments[2]) : BACKLOG;
        var server = root.resolve("benchmarks/mdb-side-by-side/target/server");
        var work = Files.createTempDirectory("mdb-side-by-side");
        try (var ours = server(server, work, Adapter.ISTHMUS);
                var theirs = server(server, work, Adapter.ARTEMIS)) {
            var isthmus = new TreeMap<String, List<double[]>>();
            var artemis = new TreeMap<String, List<double[]>>();
            for (int round = 0; round <= rounds; round++) {
                for (var queue : MeasuredApplication.QUEUES) {
                    round("Isthmus", ours, queue, round, messages, isthmus);
                    round("Artemis", theirs, queue, round, messages, artemis);
                }
            }
            print(isthmus, artemis);
        } finally {
            delete(work);
        }
    }

    private static MeasuredServer server(Path server, Path work, Adapter adapter)
            throws IOException, InterruptedException {
        try (var found = Files.list(server)) {
            var home = found.filter(path -> path.getFileName().toString().startsWith("wildfly-"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no WildFly in " + server));
            var directory = Files.createDirectory(work.resolve(adapter.name()));
            return new MeasuredServer(home, server.resolve("isthmus.rar"), directory, adapter);
        }
    }

    private static void round(
            String name, MeasuredServer server, String queue, int round, int messages, Map<String, List<double[]>> into)
            throws IOException, InterruptedException {
        var figures = server.measure(queue, messages, Math.max(100, messages / 20));
        if (round > 0) {
            into.computeIfAbsent(queue, unused -> new ArrayList<>()).add(figures);
        }
        System.err.printf("%-8s round %d, %s: %s%n", name, round, queue, Arrays.toString(figures));
    }

    private static void print(Map<String, List<double[]>> isthmus, Map<String, List<double[]>> artemis) {
        System.out.println("| beans | figure | Isthmus | Artemis | ratio |\n|---|---|---:|---:|---:|");
        for (var queue : MeasuredApplication.QUEUES) {
            for (int figure = 0; figure < FIGURES.size(); figure++) {
                var ours = median(isthmus.getOrDefault(queue, List.of()), figure);
                var theirs = median(artemis.getOrDefault(queue, List.of()), figure);
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %s | %,.0f | %,.0f | %.2f |%n",
                        NAMES.get(queue),
                        FIGURES.get(figure),
                        ours,
                        theirs,
                        figure == 0 ? ours / theirs : theirs / ours);
            }
        }
    }

    private static double median(List<double[]> rounds, int figure) {
        var sorted =
                rounds.stream().mapToDouble(round -> round[figure]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
