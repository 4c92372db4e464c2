package org.isthmus.benchmarks.jms;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The medians side by side, as Markdown; the ratio says how many times as good Isthmus is. */
final class Table {
    private final List<String> lines = new ArrayList<>(List.of(
            "| workload | broker | figure | Isthmus | Artemis | ratio | aim |", "|---|---|---|---:|---:|---:|---:|"));

    void add(Row row, Row.Place place, List<double[]> isthmus, List<double[]> artemis) {
        for (int i = 0; i < row.figures().size(); i++) {
            var figure = row.figures().get(i);
            var ours = median(isthmus, i);
            var theirs = median(artemis, i);
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %,.0f | %,.0f | %.2f | ≥ %d |",
                    row.name(),
                    place,
                    figure.unit(),
                    ours,
                    theirs,
                    figure.ratio(ours, theirs),
                    row.aim()));
        }
    }

    private static double median(List<double[]> rounds, int figure) {
        var sorted =
                rounds.stream().mapToDouble(round -> round[figure]).sorted().toArray();
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    String markdown() {
        return String.join("\n", lines);
    }
}
