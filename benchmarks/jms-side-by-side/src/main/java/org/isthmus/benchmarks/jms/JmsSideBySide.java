package org.isthmus.benchmarks.jms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs the same JMS program on Isthmus and on ActiveMQ Artemis in turn, and prints the median of each figure and its ratio as a table in Markdown.
 * What goes on meanwhile is told on the standard error.
 *
 * <p>Both live for one row at one place, on the same disk; rounds alternate between them, so a machine that slows down slows both. Some rounds
 * before the counted ones warm both up ({@link Row#warmUpRounds}).
 */
public final class JmsSideBySide {
    private final Path root;
    private final int rounds;
    private final Path work;
    private final Table table = new Table();

    private JmsSideBySide(Path root, int rounds, Path work) {
        this.root = root;
        this.rounds = rounds;
        this.work = work;
    }

    /** Arguments: the project's folder (default: here), counted rounds (default 3), numbers of the rows to run, from 1 (default: all). */
    public static void main(String[] arguments) throws Exception {
        var root = Path.of(arguments.length > 0 ? arguments[0] : ".")
                .toAbsolutePath()
                .normalize();
        var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        var chosen = arguments.length > 2
                ? Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt)
                : IntStream.rangeClosed(1, Row.ALL.size());
        var work = Files.createTempDirectory("jms-side-by-side");
        try {
            new JmsSideBySide(root, rounds, work)
                    .run(chosen.map(number -> number - 1).toArray());
        } finally {
            delete(work);
        }
    }

    private void run(int[] rows) throws IOException {
        for (var index : rows) {
            for (var place : Row.ALL.get(index).places()) {
                measure(index, place);
            }
        }
        System.out.println(table.markdown());
    }

    private void measure(int index, Row.Place place) throws IOException {
        var row = Row.ALL.get(index);
        System.err.println("\n" + row.name() + ", " + place);
        var data = Files.createTempDirectory(work, "row");
        var isthmus = new ArrayList<double[]>();
        var artemis = new ArrayList<double[]>();
        try (var ours = Side.isthmus(root, data.resolve("isthmus"), place, index);
                var theirs = Side.artemis(root, data.resolve("artemis"), place, index)) {
            for (int round = 0; round < row.warmUpRounds() + rounds; round++) {
                boolean counts = round >= row.warmUpRounds();
                round("Isthmus", ours, round, counts, isthmus);
                round("Artemis", theirs, round, counts, artemis);
            }
        } finally {
            delete(data);
        }
        table.add(row, place, isthmus, artemis);
    }

    private static void round(String name, Side side, int round, boolean counts, List<double[]> counted)
            throws IOException {
        var figures = side.round(round);
        if (counts) {
            counted.add(figures);
        }
        System.err.printf("  %-8s round %d%s: %s%n", name, round, counts ? "" : " (warm-up)", Arrays.toString(figures));
    }

    private static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
