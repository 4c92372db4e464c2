package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AbortedTransaction;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Role;

/** Reads on and on what is committed of transactions that are, as a consumer with {@code read_committed} does. */
final class CommittedReader extends Client {
    private final Ledger ledger;
    private final List<String> read = new ArrayList<>();
    private long position;

    CommittedReader(ClusterWorld cluster, Ledger ledger, TopicPartition partition) {
        super(cluster, partition, 400 + partition.partition());
        this.ledger = ledger;
    }

    List<String> read() {
        return read;
    }

    /** Whether it has read all that there is, of which nothing is undecided any more. */
    boolean isAtEnd() {
        return cluster.leaderView(partition)
                .filter(view -> view.highWatermark() == view.endOffset() && position == view.endOffset())
                .isPresent();
    }

    @Override
    void tryAgain() {
        var epoch = believed().leaderEpoch().value();
        var from = position;
        ask((broker, answer) -> fetch(broker, epoch, from, answer));
    }

    private void fetch(SimulatedBroker broker, int epoch, long from, Route.Answering answer) {
        var found = broker.partition(partition);
        if (found == null
                || !(found.role() instanceof Role.Leader leader)
                || leader.epoch().value() != epoch) {
            answer.with(this::refused);
            return;
        }
        found.opened().whenComplete(cluster.judged((view, failure) -> {
            if (failure != null || !found.role().equals(leader) || from > view.endOffset()) {
                answer.with(this::refused);
                return;
            }
            try {
                answer.with(stable(view, from, Truth.safeEnd(found, view)));
            } catch (IOException gone) {
                answer.with(this::refused);
            }
        }));
    }

    private Runnable stable(LogView view, long from, long safeEnd) throws IOException {
        var upTo = Math.min(view.lastStableOffset(), safeEnd);
        if (from >= upTo) {
            return this::refused;
        }
        var bytes = view.copy(from, upTo, 500);
        var aborted = view.abortedTransactions(from, upTo);
        return () -> take(bytes, aborted);
    }

    private void take(ByteBuffer bytes, List<AbortedTransaction> aborted) {
        for (var batch : RecordBatch.in(bytes.duplicate())) {
            assertThat(batch.baseOffset()).isEqualTo(position);
            position = batch.nextOffset();
            if (!batch.isControl() && !isAborted(batch, aborted)) {
                for (var record : batch.records()) {
                    var text = new String(record.value(), UTF_8);
                    read.add(text);
                    ledger.read(text, partition);
                }
            }
        }
        loop.schedule(Duration.ofMillis(20 + cluster.random().nextInt(200)), this::tryAgain);
    }

    private static boolean isAborted(RecordBatch batch, List<AbortedTransaction> aborted) {
        return aborted.stream()
                .anyMatch(transaction -> transaction.producerId() == batch.producerId()
                        && transaction.firstOffset() <= batch.baseOffset()
                        && batch.baseOffset() < transaction.markerOffset());
    }

    @Override
    public String toString() {
        return "reader of " + partition + " at " + position;
    }
}
