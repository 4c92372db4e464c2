package org.isthmus.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Apache Kafka's own performance clients, each run in a process of its own on a class path of its own. */
final class PerfTools {
    /** What the producer's last line says. */
    record Produced(double perSecond, double p50Ms, double p99Ms, double p999Ms) {}

    private static final Pattern PRODUCED = Pattern.compile(
            "records sent, ([0-9.]+) records/sec.* ([0-9]+) ms 50th, .* ([0-9]+) ms 99th, ([0-9]+) ms 99.9th");

    /** Linux counts in hundredths of a second, whatever the kernel's own clock. */
    private static final long MS_PER_TICK = 10;

    private static final Pattern COLUMN_BREAK = Pattern.compile(",\\s*");

    private final Path lib;

    PerfTools(Path lib) {
        this.lib = lib;
    }

    Produced produce(String bootstrap, String topic, Workload workload) throws IOException, InterruptedException {
        var output = run(
                "org.apache.kafka.tools.ProducerPerformance",
                "--topic",
                topic,
                "--num-records",
                Long.toString(workload.records()),
                "--record-size",
                Integer.toString(workload.recordBytes()),
                "--throughput",
                Long.toString(workload.recordsPerSecond()),
                "--producer-props",
                "bootstrap.servers=" + bootstrap,
                "acks=all");
        for (int i = output.size() - 1; i >= 0; i--) {
            var line = PRODUCED.matcher(output.get(i));
            if (line.find()) {
                return new Produced(
                        number(line.group(1)), number(line.group(2)), number(line.group(3)), number(line.group(4)));
            }
        }
        throw new IOException("the producer told no result: " + output);
    }

    /** Reads the topic from its start; returns records a second, the time for joining the group left out. */
    double consume(String bootstrap, String topic, Workload workload) throws IOException, InterruptedException {
        var output = run(
                "org.apache.kafka.tools.ConsumerPerformance",
                "--bootstrap-server",
                bootstrap,
                "--topic",
                topic,
                "--num-records",
                Long.toString(workload.records()),
                "--timeout",
                "60000",
                "--hide-header");
        for (int i = output.size() - 1; i >= 0; i--) {
            var columns = COLUMN_BREAK.split(output.get(i), -1);
            if (columns.length >= 10) {
                // … data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec
                if (number(columns[4]) < workload.records()) {
                    throw new IOException(
                            "the consumer received " + columns[4] + " of " + workload.records() + " records");
                }
                return number(columns[9]);
            }
        }
        throw new IOException("the consumer told no result: " + output);
    }

    /** What the clients that have ended used of the processors, as Linux counts it for this process's children. The brokers still run. */
    static Duration cpu() throws IOException {
        var fields = Files.readString(Path.of("/proc/self/stat"));
        // After the name, which may hold anything: state is the first, cutime and cstime are the 14th and 15th.
        var counted = fields.substring(fields.lastIndexOf(')') + 2).split(" ", -1);
        return Duration.ofMillis((Long.parseLong(counted[13]) + Long.parseLong(counted[14])) * MS_PER_TICK);
    }

    private List<String> run(String mainClass, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms512m", "-Xmx512m", "-cp", lib + "/*", mainClass));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(mainClass + " failed: " + output);
        }
        return output.lines().toList();
    }

    private static double number(String text) {
        return Double.parseDouble(text.trim());
    }
}
