package org.isthmus.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one round on one broker gave.
 *
 * @param producedPerSecond records a second, as the producer saw them acknowledged
 * @param consumedPerSecond records a second, as the consumer received them; 0 in a paced round, which only produces
 * @param produceCpuSeconds the broker's CPU seconds per million records produced
 * @param consumeCpuSeconds the broker's CPU seconds per million records consumed
 * @param producerCpuSeconds the producing client's CPU seconds per million records, its start included
 * @param consumerCpuSeconds the consuming client's CPU seconds per million records, its start included
 * @param residentMegabytes the broker's resident memory at the end
 */
record Measurement(
        double producedPerSecond,
        double consumedPerSecond,
        double produceCpuSeconds,
        double consumeCpuSeconds,
        double producerCpuSeconds,
        double consumerCpuSeconds,
        double p50Ms,
        double p99Ms,
        double p999Ms,
        double residentMegabytes) {

    /** The median of a figure over rounds. */
    static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
