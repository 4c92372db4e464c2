package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.isthmus.ra.CrashingServer.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server dies at each step of a transaction over a queue, a database and another queue, and recovers when it starts again. */
@Timeout(240)
class XaCrashTest {
    private static final int DEAD = 42;

    @TempDir
    Path directory;

    @Test
    void whateverTheStepAtWhichAServerDiesAllOfTheTransactionHappensOrNothing() throws Exception {
        // Before the decision is written nothing has happened, and the message goes to the bean that the next server
        // has.
        assertThat(run(Step.BEFORE_ANYTHING_IS_PREPARED, "a")).isEqualTo("STATE [] [] []");
        assertThat(run(Step.THE_BROKER_HAS_PREPARED, "b")).isEqualTo("STATE [] [] [a]");
        assertThat(run(Step.ALL_HAVE_PREPARED, "c")).isEqualTo("STATE [] [] [a, b]");
        assertThat(run(Step.THE_DECISION_IS_WRITTEN, "d")).isEqualTo("STATE [] [] [a, b, c]");
        // From then on, all of it has.
        assertThat(run(Step.THE_BROKER_HAS_COMMITTED, "e")).isEqualTo("STATE [a] [a] [b, c, d]");
        assertThat(run(Step.ALL_HAVE_COMMITTED, "f")).isEqualTo("STATE [a, b] [a, b] [c, d, e]");
        assertThat(run(Step.NOTHING_HAPPENED, "")).isEqualTo("STATE [a, b, c] [a, b, c] [d, e, f]");
    }

    /** Answers what the server found after it had recovered. */
    private String run(Step step, String text) throws IOException, InterruptedException {
        var output = directory.resolve(step + ".txt");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingServer.class.getName(),
                        directory.toString(),
                        step.name(),
                        text)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        var said = Files.readAllLines(output);
        assertThat(process.exitValue()).as(String.join("\n", said)).isEqualTo(step == Step.NOTHING_HAPPENED ? 0 : DEAD);
        return said.stream()
                .filter(line -> line.startsWith("STATE"))
                .findFirst()
                .orElse(String.join("\n", said));
    }
}
