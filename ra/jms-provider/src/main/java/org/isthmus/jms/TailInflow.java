package org.isthmus.jms;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.RecordStream;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * An inflow that is a position in each partition: records are read ahead by a bounded amount, without a thread of
 * its own, in the order of the log. What is acknowledged only says what {@link #recover} gives again.
 */
final class TailInflow implements Inflow {
    // A listener that fails on the same record for ever must not keep it from all that follow.
    private static final int MOST_DELIVERIES = 10;

    private static final System.Logger LOG = System.getLogger(TailInflow.class.getName());

    private static final Duration LONGEST_POLL = Duration.ofSeconds(10);

    // Reading ahead pauses at either; what one poll brings may go beyond by as much.
    private static final int ENOUGH_RECORDS = 512;
    private static final long ENOUGH_BYTES = 1 << 20;

    private final BrokerClient client;
    private final ReentrantLock lock;
    private final Observer observer;
    private final LateSubscriber late;
    private final Supplier<TopicInfo> topic;
    private final Map<TopicPartition, PartitionProgress> progress = new HashMap<>();

    private final Deque<FetchedRecord> buffer = new ArrayDeque<>();
    private long bufferedBytes;
    private @Nullable RecordStream stream;
    private long readings; // how often reading began; tells whether a stream is still wanted
    private boolean polling;
    private @Nullable Thread pumping;
    private boolean closed;
    private @Nullable Throwable failure;

    /** @param topic as it is known by now */
    TailInflow(
            BrokerClient client,
            ReentrantLock lock,
            Map<TopicPartition, Long> positions,
            LateSubscriber late,
            Supplier<TopicInfo> topic,
            Observer observer) {
        this.client = client;
        this.lock = lock;
        this.observer = observer;
        this.late = late;
        this.topic = topic;
        positions.forEach((partition, start) -> progress.put(partition, new PartitionProgress(partition, start)));
    }

    void open() {
        reopen(false);
    }

    // Reading ahead

    /** Asks for more records if there are too few and nobody has asked. Without the lock. */
    @Override
    public void pump() {
        for (; ; ) {
            RecordStream from;
            lock.lock();
            try {
                from = stream;
                if (from == null || polling || closed || failure != null || isFull()) {
                    pumping = pumping == Thread.currentThread() ? null : pumping;
                    return;
                }
                polling = true;
                pumping = Thread.currentThread();
            } finally {
                lock.unlock();
            }
            from.poll(LONGEST_POLL).whenComplete((records, refused) -> polled(from, records, refused));
        }
    }

    private boolean isFull() {
        return buffer.size() >= ENOUGH_RECORDS || bufferedBytes >= ENOUGH_BYTES;
    }

    private void polled(RecordStream from, @Nullable List<FetchedRecord> records, @Nullable Throwable refused) {
        boolean loops;
        lock.lock();
        try {
            if (from != stream || closed) {
                return; // of a stream that was given up
            }
            polling = false;
            if (records != null) {
                records.forEach(this::keep);
            }
            // A poll that is answered at once answers inside pump(), which goes on by itself.
            loops = pumping == Thread.currentThread();
        } finally {
            lock.unlock();
        }
        if (refused != null) {
            refused(JmsErrors.unwrapped(refused));
            return;
        }
        if (records != null && !records.isEmpty()) {
            observer.arrived();
        }
        if (hasGrown()) {
            reopen(false);
        } else if (!loops) {
            pump();
        }
    }

    /** Whether the topic got partitions, all of which are read from their first records from now on. */
    private boolean hasGrown() {
        var present = topic.get();
        lock.lock();
        try {
            if (present.partitions() <= progress.size()) {
                return false;
            }
            TopicOffsets.partitions(present)
                    .forEach(partition -> progress.computeIfAbsent(partition, any -> new PartitionProgress(any, 0)));
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void keep(FetchedRecord fetched) {
        if (!late.hasMissed(fetched)) {
            buffer.add(fetched);
            bufferedBytes += weight(fetched);
        }
        of(fetched).fetched(fetched.record().offset());
    }

    private static int weight(FetchedRecord fetched) {
        var value = fetched.record().value();
        return value == null ? 0 : value.length;
    }

    private void refused(Throwable cause) {
        if (cause instanceof BrokerException refused && refused.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            skipWhatIsGone(refused);
        } else {
            fail(cause);
        }
    }

    /** Retention may have overtaken a subscription: it goes on at the oldest record that is left. */
    private void skipWhatIsGone(BrokerException outOfRange) {
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        progress.keySet().forEach(partition -> wanted.put(partition, new OffsetSpec.Earliest()));
        client.offsets(wanted).whenComplete((earliest, refused) -> {
            if (refused != null) {
                fail(JmsErrors.unwrapped(refused));
            } else if (skipTo(earliest)) {
                reopen(false);
            } else {
                fail(outOfRange);
            }
        });
    }

    private boolean skipTo(Map<TopicPartition, Long> earliest) {
        boolean skipped = false;
        lock.lock();
        try {
            for (var entry : earliest.entrySet()) {
                var at = progressOf(entry.getKey());
                long gone = entry.getValue() - at.readPosition();
                if (gone > 0) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Records were deleted before they were read: partition={0} offsets={1}..{2}",
                            at.partition,
                            at.readPosition(),
                            entry.getValue() - 1);
                    at.skipTo(entry.getValue());
                    skipped = true;
                }
            }
        } finally {
            lock.unlock();
        }
        return skipped;
    }

    private void fail(Throwable cause) {
        lock.lock();
        try {
            if (closed || failure != null) {
                return;
            }
            failure = cause;
        } finally {
            lock.unlock();
        }
        observer.failed(cause);
    }

    /** Reads from where it stands, or, to recover, again from behind what is acknowledged. Without the lock. */
    private void reopen(boolean recovering) {
        var positions = new HashMap<TopicPartition, Long>();
        RecordStream stale;
        long reading;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            // Given up before positions change: what it still answers must not count as read.
            stale = stream;
            stream = null;
            polling = false;
            reading = ++readings;
            for (var at : progress.values()) {
                if (recovering) {
                    at.recover();
                }
                positions.put(at.partition, at.readPosition());
            }
            if (recovering) {
                buffer.clear();
                bufferedBytes = 0;
            }
        } finally {
            lock.unlock();
        }
        if (stale != null) {
            stale.close();
        }
        install(client.read(positions), reading);
        pump();
    }

    private void install(RecordStream fresh, long reading) {
        lock.lock();
        try {
            if (!closed && reading == readings) {
                stream = fresh;
                return;
            }
        } finally {
            lock.unlock();
        }
        fresh.close(); // somebody closed or reopened meanwhile
    }

    // Handing out. With the lock.

    @Override
    public boolean hasNext() {
        return !buffer.isEmpty();
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public @Nullable FetchedRecord take() {
        var fetched = buffer.poll();
        if (fetched != null) {
            bufferedBytes -= weight(fetched);
            of(fetched).delivered(fetched.record().offset());
        }
        return fetched;
    }

    @Override
    public void putBack(FetchedRecord fetched) {
        buffer.addFirst(fetched);
        bufferedBytes += weight(fetched);
        of(fetched).takeBack(fetched.record().offset());
    }

    @Override
    public int deliveryCount(FetchedRecord fetched) {
        return of(fetched).deliveryCount(fetched.record().offset());
    }

    @Override
    public boolean hasUnacknowledged() {
        return progress.values().stream().anyMatch(PartitionProgress::hasUnacknowledged);
    }

    @Override
    public void acknowledge() {
        progress.values().forEach(PartitionProgress::acknowledge);
    }

    private PartitionProgress of(FetchedRecord fetched) {
        return progressOf(fetched.partition());
    }

    private PartitionProgress progressOf(TopicPartition partition) {
        var at = progress.get(partition);
        if (at == null) {
            throw new IllegalStateException("a record of a partition that is not read: " + partition);
        }
        return at;
    }

    // Without the lock.

    @Override
    public void recover() {
        reopen(true);
    }

    @Override
    public CompletableFuture<@Nullable Void> commit() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<@Nullable Void> latestCommit() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<@Nullable Void> commitsUnderWay() {
        return latestCommit();
    }

    // What is not acknowledged is still in the log, so a transaction's end is all that counts.

    @Override
    public void acknowledge(Transaction transaction) {}

    @Override
    public void committed() {
        lock.lock();
        try {
            acknowledge();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<@Nullable Void> rollingBack() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void rolledBack() {
        boolean any;
        lock.lock();
        try {
            any = hasUnacknowledged();
        } finally {
            lock.unlock();
        }
        if (any) {
            recover();
        }
    }

    // Of a share group only: here everything comes ahead, and what is not acknowledged is still in the log.

    @Override
    public boolean isAskedFirst() {
        return false;
    }

    @Override
    public boolean isAsking() {
        return false;
    }

    @Override
    public void ask(Duration longestWait) {
        pump();
    }

    @Override
    public void seen(FetchedRecord fetched) {}

    @Override
    public AfterFailure failed(FetchedRecord fetched, int attempt) {
        return attempt < MOST_DELIVERIES ? AfterFailure.AGAIN : AfterFailure.CONSUMED;
    }

    @Override
    public void drop(FetchedRecord fetched) {}

    @Override
    public CompletableFuture<@Nullable Void> abandon() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        RecordStream last;
        lock.lock();
        try {
            closed = true;
            buffer.clear();
            bufferedBytes = 0;
            last = stream;
            stream = null;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
        }
    }
}
