package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.Role;

/** Those who write to and read from a simulated cluster, each on a loop of its own, in the simplest way that the protocol allows. */
final class Clients {
    private static final Duration PATIENCE = Duration.ofMillis(1_200);

    private Clients() {}

    /** Writes small batches one after another; each until it is acknowledged. */
    static final class Producer extends Client {
        private final int number;
        private final Durability durability;
        private final List<String> acknowledged = new ArrayList<>();
        private int sequence;
        private List<String> batch = List.of();
        private ErrorCode lastRefusal = ErrorCode.NONE;
        private boolean ended;

        Producer(ClusterWorld cluster, TopicPartition partition, int number, Durability durability) {
            super(cluster, partition, 100 + number);
            this.number = number;
            this.durability = durability;
        }

        boolean isIdempotent() {
            return durability == Durability.COMMITTED;
        }

        String name() {
            return "p" + number + "-";
        }

        /** What it was told to be written, in order. */
        List<String> acknowledged() {
            return acknowledged;
        }

        boolean isIdle() {
            return batch.isEmpty();
        }

        /** Sends nothing new. */
        void end() {
            ended = true;
        }

        void writeOn() {
            if (ended) {
                batch = List.of();
                return;
            }
            var records = new ArrayList<String>();
            for (var i = cluster.random().nextInt(3); i >= 0; i--) {
                records.add(name() + (sequence + records.size()));
            }
            batch = List.copyOf(records);
            tryAgain();
        }

        @Override
        void tryAgain() {
            var records = batch;
            var bytes = bytes();
            ask((broker, answer) -> broker.produce(partition, copy(bytes), durability, PATIENCE)
                    .whenComplete(
                            cluster.judged((result, failure) -> answered(broker, records, result, failure, answer))));
        }

        private ByteBuffer bytes() {
            var builder = new RecordBatchBuilder(Compression.NONE);
            if (isIdempotent()) {
                builder.producer(number, (short) 0, sequence);
            }
            for (var record : batch) {
                builder.append(1_700_000_000_000L, null, record.getBytes(UTF_8), List.of());
            }
            return builder.build();
        }

        private static ByteBuffer copy(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        }

        /** At the broker. */
        private void answered(
                SimulatedBroker broker,
                List<String> records,
                AppendResult result,
                Throwable failure,
                Route.Answering answer) {
            if (broker.hasLostPower()) {
                return;
            }
            if (failure != null) {
                var code = Route.code(failure);
                answer.with(() -> refused(code));
            } else if (result instanceof AppendResult.Rejected rejected) {
                answer.with(() -> refused(rejected.error()));
            } else {
                var last = result instanceof AppendResult.Appended appended
                        ? appended.lastOffset()
                        : ((AppendResult.Duplicate) result).lastOffset();
                if (durability == Durability.COMMITTED) {
                    cluster.acknowledged(partition, broker, last, records);
                }
                answer.with(() -> accepted(records));
            }
        }

        private void refused(ErrorCode code) {
            if (code != lastRefusal) {
                lastRefusal = code;
                cluster.history().add(name() + sequence + " refused: " + code);
            }
            refused();
        }

        private void accepted(List<String> records) {
            assertThat(records).isEqualTo(batch);
            acknowledged.addAll(records);
            sequence += records.size();
            batch = List.of();
            lastRefusal = ErrorCode.NONE;
            loop.schedule(Duration.ofMillis(1 + cluster.random().nextInt(150)), this::writeOn);
        }
    }

    /** Reads on and on what is committed, and asks now and then where the partition ends. */
    static final class Reader extends Client {
        private final List<String> read = new ArrayList<>();
        private int position;

        Reader(ClusterWorld cluster, TopicPartition partition, int number) {
            super(cluster, partition, 200 + number);
        }

        /** All that it read, by offset. */
        List<String> read() {
            return read;
        }

        @Override
        void tryAgain() {
            var epoch = believed().leaderEpoch().value();
            if (cluster.random().nextInt(4) == 0) {
                ask((broker, answer) -> askForEnd(broker, epoch, answer));
            } else {
                var from = position;
                ask((broker, answer) -> fetch(broker, epoch, from, answer));
            }
        }

        private void askForEnd(SimulatedBroker broker, int epoch, Route.Answering answer) {
            var found = broker.partition(partition);
            if (found != null
                    && found.role() instanceof Role.Leader leader
                    && leader.epoch().value() == epoch
                    && !found.isSettling()
                    && found.view().isPresent()) {
                cluster.toldEnd(
                        partition, epoch, Truth.safeEnd(found, found.view().get()));
            }
            answer.with(this::refused);
        }

        private void fetch(SimulatedBroker broker, int epoch, int from, Route.Answering answer) {
            var found = broker.partition(partition);
            if (found == null
                    || !(found.role() instanceof Role.Leader leader)
                    || leader.epoch().value() != epoch) {
                answer.with(this::refused);
                return;
            }
            found.opened().whenComplete(cluster.judged((view, failure) -> {
                if (failure != null || !found.role().equals(leader)) {
                    answer.with(this::refused);
                    return;
                }
                assertThat((long) from)
                        .as("a reader of %s is out of range at %s", partition, broker.id())
                        .isLessThanOrEqualTo(view.endOffset());
                try {
                    // What a machine's death could still take would be told by the reigns, at which this reader does
                    // not look.
                    var upTo = Truth.safeEnd(found, view);
                    var bytes = from < upTo ? view.copy(from, upTo, 500) : ByteBuffer.allocate(0);
                    answer.with(() -> take(bytes));
                } catch (IOException gone) {
                    answer.with(this::refused);
                }
            }));
        }

        private void take(ByteBuffer bytes) {
            for (var batch : RecordBatch.in(bytes.duplicate())) {
                for (var record : batch.records()) {
                    if (record.offset() >= position) {
                        assertThat(record.offset()).isEqualTo(position);
                        read.add(new String(record.value(), UTF_8));
                        position++;
                    }
                }
            }
            loop.schedule(Duration.ofMillis(20 + cluster.random().nextInt(200)), this::tryAgain);
        }
    }
}
