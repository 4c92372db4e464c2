package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.delay.Delayed;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;

/**
 * Sends records that are to be in the partition later, one after another and each once: where no answer comes, nobody knows whether it waits, and
 * whoever sent it again could leave two of it. A record ends with its time, behind a colon.
 */
final class DelayedSender extends Client {
    /** What leaves open whether the record was taken in. */
    private static final Set<ErrorCode> UNCLEAR = EnumSet.of(
            ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);

    private final int number;
    private final Set<String> sent = new HashSet<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private boolean ending;
    private boolean done;

    DelayedSender(ClusterWorld cluster, TopicPartition partition, int number) {
        super(cluster, partition, 700 + number);
        this.number = number;
    }

    /** Sends nothing new. */
    void end() {
        ending = true;
    }

    boolean isDone() {
        return done;
    }

    Set<String> sent() {
        return sent;
    }

    /** What it was told will come. */
    Set<String> taken() {
        return taken;
    }

    /** What it was told will not. */
    Set<String> refusedRecords() {
        return refused;
    }

    static long timeOf(String record) {
        return Long.parseLong(record.substring(record.indexOf(':') + 1));
    }

    @Override
    void tryAgain() {
        if (ending) {
            done = true;
            return;
        }
        var atMs = cluster.wallMs()
                + (cluster.random().nextInt(6) == 0
                        ? -cluster.random().nextInt(1_000)
                        : cluster.random().nextInt(6_000));
        var record = "d" + number + "-" + sent.size() + ":" + atMs;
        sent.add(record);
        var delayed = delayed(record, atMs);
        var arrived = new boolean[1];
        ask((broker, answer) -> {
            // As on one connection: nothing comes twice.
            if (!arrived[0]) {
                arrived[0] = true;
                take(broker, record, delayed, answer);
            }
        });
    }

    static Delayed delayed(String record, long atMs) {
        var built = new RecordBatchBuilder(Compression.NONE)
                .append(1_700_000_000_000L, null, record.getBytes(UTF_8), List.of())
                .build();
        var bytes = new byte[built.remaining()];
        built.get(bytes);
        return new Delayed(atMs, new Bytes(bytes));
    }

    /** At the broker. */
    private void take(SimulatedBroker broker, String record, Delayed delayed, Route.Answering answer) {
        delay(broker, delayed).whenComplete(cluster.judged((none, failure) -> {
            if (broker.hasLostPower()) {
                return;
            }
            if (failure == null) {
                taken.add(record);
                answer.with(this::goOn);
            } else {
                var code = Route.code(failure);
                if (!UNCLEAR.contains(code)) {
                    refused.add(record);
                    cluster.history().add(record + " refused: " + code);
                }
                answer.with(this::refused);
            }
        }));
    }

    private CompletionStage<Void> delay(SimulatedBroker broker, Delayed delayed) {
        try {
            return broker.coordinators().delays().ask(partition, waiting -> waiting.delay(delayed, true));
        } catch (BrokerException refusal) {
            return CompletableFuture.failedStage(refusal);
        }
    }

    private void goOn() {
        loop.schedule(Duration.ofMillis(1 + cluster.random().nextInt(120)), this::tryAgain);
    }

    @Override
    public String toString() {
        return "sender " + number + " of " + partition + " was told of " + taken.size() + " of " + sent.size();
    }
}
