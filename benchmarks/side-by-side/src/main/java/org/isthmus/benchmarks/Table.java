package org.isthmus.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The medians of every workload side by side, as Markdown. What a workload does not show is left out: a rate that was given is no result,
 * and latencies without a given rate tell how long the client's own queue is.
 */
final class Table {
    private static final String AT_LEAST = "≥ ";
    private static final String AT_MOST = "≤ ";

    private final List<String> rows = new ArrayList<>(
            List.of("| workload | figure | Isthmus | Apache Kafka | ratio | aim |", "|---|---|---:|---:|---:|---:|"));

    void add(Workload workload, List<Measurement> isthmus, List<Measurement> kafka) {
        var figures = new Figures(workload.describe(), isthmus, kafka);
        if (workload.isPaced()) {
            figures.row("p50, ms", Measurement::p50Ms, "");
            figures.row("p99, ms", Measurement::p99Ms, AT_MOST + "1");
            figures.row("p99.9, ms", Measurement::p999Ms, "");
            figures.row("produce, broker CPU s per million", Measurement::produceCpuSeconds, AT_MOST + "0.6");
        } else {
            figures.row(
                    "produce, records/s", Measurement::producedPerSecond, AT_LEAST + (workload.fsync() ? "3" : "1.3"));
            figures.row("produce, broker CPU s per million", Measurement::produceCpuSeconds, AT_MOST + "0.6");
            figures.row("produce, client CPU s per million", Measurement::producerCpuSeconds, "");
            figures.row("produce p99, ms", Measurement::p99Ms, AT_MOST + "1");
            figures.row("consume, records/s", Measurement::consumedPerSecond, AT_LEAST + "1.2");
            figures.row("consume, broker CPU s per million", Measurement::consumeCpuSeconds, AT_MOST + "0.6");
            figures.row("consume, client CPU s per million", Measurement::consumerCpuSeconds, "");
        }
        figures.row("broker's resident memory, MB", Measurement::residentMegabytes, "");
    }

    String markdown() {
        return String.join("\n", rows);
    }

    private final class Figures {
        private final String workload;
        private final List<Measurement> isthmus;
        private final List<Measurement> kafka;

        private Figures(String workload, List<Measurement> isthmus, List<Measurement> kafka) {
            this.workload = workload;
            this.isthmus = isthmus;
            this.kafka = kafka;
        }

        private void row(String name, ToDoubleFunction<Measurement> figure, String aim) {
            var ours = Measurement.median(isthmus, figure);
            var theirs = Measurement.median(kafka, figure);
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %.2f | %s |",
                    workload,
                    name,
                    shown(ours),
                    shown(theirs),
                    ours / theirs,
                    aim));
        }

        private static String shown(double figure) {
            return String.format(Locale.ROOT, figure >= 100 ? "%,.0f" : "%.2f", figure);
        }
    }
}
