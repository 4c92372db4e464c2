package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Role;
import org.isthmus.broker.replica.Sidecars;
import org.jspecify.annotations.Nullable;

/**
 * What has to be so in a cluster, whatever fails. It remembers what any replica ever showed as committed, and what any client was told, and
 * holds all replicas against that after each event.
 */
final class Truth {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Collection<SimulatedBroker> brokers;
    private final int minInSync;
    private final Map<TopicPartition, Of> partitions = new TreeMap<>(TopicPartition.BY_NAME);
    private final Map<TopicPartition, Of> sidecars = new TreeMap<>(TopicPartition.BY_NAME);
    private final Map<TopicPartition, Of> delayLogs = new TreeMap<>(TopicPartition.BY_NAME);
    private long compactedAway;

    /** One log of a partition. */
    private static final class Of {
        private final String name;
        private final boolean isCompacted;
        /** What is committed, by offset: the record and the reign that wrote it. */
        private final List<String> committed = new ArrayList<>();
        /** The process that led, by epoch. */
        private final Map<Epoch, String> leaders = new HashMap<>();
        /** Where each broker's replica ended when it was last seen. */
        private final Map<BrokerId, Long> ends = new HashMap<>();
        /** What the replicas were last seen as. */
        private final Map<String, Seen> seen = new HashMap<>();
        /** The highest end that a client was told, and under which epoch. */
        private final TreeMap<Integer, Long> toldEnds = new TreeMap<>();
        /** Of a log that is compacted: where each key was written last. */
        private final Map<String, Integer> latest = new HashMap<>();

        private Of(String name, boolean isCompacted) {
            this.name = name;
            this.isCompacted = isCompacted;
        }

        private void add(String record) {
            if (isCompacted) {
                latest.put(key(record), committed.size());
            }
            committed.add(record);
        }

        /** Whether a replica may have nothing at this offset. */
        private boolean isSuperseded(long offset) {
            return isCompacted && offset < committed.size() && latest.get(key(committed.get((int) offset))) > offset;
        }

        private static String key(String record) {
            return record.substring(0, record.indexOf('='));
        }
    }

    private static final class Seen {
        private LogView view;
        /** The watermark that it had when this reign of its began, and which reign that is. */
        private long markBefore;

        private int reign = -1;
        /** Below, the replica is as it should be. */
        private long verified;
    }

    /** @param compacted topics whose logs keep the last record of each key */
    Truth(
            Collection<SimulatedBroker> brokers,
            Collection<TopicPartition> ids,
            Collection<String> compacted,
            int minInSync) {
        this.brokers = brokers;
        this.minInSync = minInSync;
        for (var id : ids) {
            partitions.put(id, new Of(id.toString(), compacted.contains(id.topic())));
            sidecars.put(id, new Of(id + ".share", false));
            delayLogs.put(id, new Of(id + ".delay", false));
        }
    }

    /** How often a replica had nothing any more where a record was superseded. */
    long compactedAway() {
        return compactedAway;
    }

    long committed(TopicPartition id) {
        return partitions.get(id).committed.size();
    }

    List<String> records(TopicPartition id) {
        return partitions.get(id).committed.stream()
                .map(record -> record.substring(0, record.lastIndexOf('@')))
                .toList();
    }

    // ---- after each event

    void check(ClusterImage truth) {
        partitions.forEach((id, of) -> {
            for (var broker : brokers) {
                if (broker.isUp()) {
                    check(id, of, broker, truth);
                }
            }
        });
    }

    private void check(TopicPartition id, Of of, SimulatedBroker broker, ClusterImage truth) {
        var partition = broker.partition(id);
        if (partition == null) {
            return;
        }
        if (partition.role() instanceof Role.Leader leader) {
            var before = of.leaders.putIfAbsent(leader.epoch(), broker.process());
            if (before != null && !before.equals(broker.process())) {
                throw new AssertionError("%s is led by %s in epoch %s, in which %s led"
                        .formatted(id, broker.process(), leader.epoch(), before));
            }
        }
        var isInSync = truth.partition(id).orElseThrow().isr().contains(broker.id());
        check(of, broker, partition, isInSync);
        Sidecars.of(partition).ifPresent(sidecar -> check(sidecars.get(id), broker, sidecar, isInSync));
        Sidecars.ofDelays(partition).ifPresent(waiting -> check(delayLogs.get(id), broker, waiting, isInSync));
    }

    private void check(Of of, SimulatedBroker broker, Partition log, boolean isInSync) {
        var found = log.view();
        if (found.isEmpty()
                || log.role() instanceof Role.Offline
                || broker.disk().isDown()) {
            return;
        }
        var view = found.get();
        var seen = of.seen.computeIfAbsent(broker.process(), process -> new Seen());
        seen.verified = Math.min(seen.verified, view.endOffset());
        of.ends.put(broker.id(), view.endOffset());
        if (log.role() instanceof Role.Leader leader) {
            checkReign(of.name, broker, seen, view, leader.epoch().value());
        }
        if (isInSync && view.endOffset() < of.committed.size()) {
            throw new AssertionError(broker.process() + " is in sync with " + of.name
                    + " and lacks what is committed: it has " + view.endOffset() + " of " + of.committed.size());
        }
        if (view != seen.view) {
            var safeEnd = safeEnd(log, view);
            verify(of, broker, seen, view, safeEnd);
            seen.view = safeEnd == view.highWatermark() ? view : null;
        }
        if (isInSync) {
            verify(of, broker, seen, view, of.committed.size());
        }
    }

    /** A new reign commits nothing before all that its leader had of earlier ones is committed. */
    private static void checkReign(String name, SimulatedBroker broker, Seen seen, LogView view, int reign) {
        if (seen.reign != reign) {
            seen.reign = reign;
            seen.markBefore = seen.view == null ? Long.MAX_VALUE : seen.view.highWatermark();
        }
        if (view.highWatermark() > seen.markBefore) {
            var before = view.endOffsetFor(new Epoch(reign - 1)).map(LogView.EpochEnd::endOffset);
            assertThat(view.highWatermark())
                    .as("%s has committed in reign %d of %s, which began at", broker.process(), reign, name)
                    .isGreaterThanOrEqualTo(before.orElse(0L));
        }
    }

    /** Up to where what can be read here will not go: of a lone replica, what is shown may still be lost with its machine. */
    static long safeEnd(Partition log, LogView view) {
        var end = view.highWatermark();
        while (end > view.startOffset() && !log.isSafe(end)) {
            end--;
        }
        return end;
    }

    /** What the replica has below this offset is committed: the same everywhere. */
    private void verify(Of of, SimulatedBroker broker, Seen seen, LogView view, long upTo) {
        if (seen.verified >= upTo) {
            return;
        }
        var there = read(view, seen.verified, upTo);
        for (; seen.verified < upTo; seen.verified++) {
            var offset = seen.verified;
            if (there.containsKey(offset) && offset == of.committed.size()) {
                of.add(there.get(offset));
            }
            verify(of, broker, offset, there.get(offset));
        }
    }

    private void verify(Of of, SimulatedBroker broker, long offset, @Nullable String record) {
        if (record == null && of.isSuperseded(offset)) {
            compactedAway++;
            return;
        }
        assertThat(record)
                .as("record at %d of %s at %s", offset, of.name, broker.process())
                .isNotNull()
                .isEqualTo(of.committed.get((int) offset));
    }

    /** By offset. */
    private static Map<Long, String> read(LogView view, long from, long upTo) {
        try {
            var records = new HashMap<Long, String>();
            var offset = from;
            var before = from - 1;
            // Of what is left of a log nothing may lie between here and there.
            while (offset < upTo && offset > before) {
                before = offset;
                for (var batch : RecordBatch.in(view.copy(offset, upTo, CHUNK_BYTES))) {
                    for (var record : batch.records()) {
                        if (record.offset() >= from && record.offset() < upTo) {
                            records.put(record.offset(), text(batch, record) + "@" + batch.leaderEpoch());
                        }
                    }
                    offset = batch.nextOffset();
                }
            }
            return records;
        } catch (IOException e) {
            throw new AssertionError("a replica cannot be read", e);
        }
    }

    /** The record's text, where it is one that a client wrote; else what tells it from any other. */
    private static String text(RecordBatch batch, LogRecord record) {
        if (record.key() == null && record.value() != null) {
            return new String(record.value(), UTF_8);
        }
        return (batch.isControl() ? batch.producerId() + "/" + batch.producerEpoch() + " " : "")
                + HexFormat.of().formatHex(record.key()) + "="
                + (record.value() == null ? "" : HexFormat.of().formatHex(record.value()));
    }

    // ---- what clients are told

    /** A broker says that these records are committed, as the last ones before the offset. */
    void acknowledged(
            ClusterImage truth, TopicPartition id, SimulatedBroker by, long lastOffset, List<String> records) {
        var of = partitions.get(id);
        check(id, of, by, truth);
        assertThat(of.committed.size())
                .as("%s acknowledged offset %d of %s, which is not committed", by.process(), lastOffset, id)
                .isGreaterThan((int) lastOffset);
        var first = lastOffset - records.size() + 1;
        for (var i = 0; i < records.size(); i++) {
            var kept = of.committed.get((int) first + i);
            assertThat(kept.substring(0, kept.lastIndexOf('@')))
                    .as("acknowledged at %d of %s", first + i, id)
                    .isEqualTo(records.get(i));
        }
        assertThat(of.ends.values().stream().filter(end -> end > lastOffset).count())
                .as("replicas that have offset %d of %s, which %s acknowledged", lastOffset, id, by.process())
                .isGreaterThanOrEqualTo(minInSync);
    }

    /**
     * A coordinator says that something is done, which it wrote at this offset of the partition's log or behind.
     *
     * @param beside whether that is the log of the partition's share groups
     */
    void toldDone(ClusterImage truth, TopicPartition id, boolean beside, SimulatedBroker by, long from) {
        check(id, partitions.get(id), by, truth);
        var of = (beside ? sidecars : partitions).get(id);
        assertThat(of.ends.values().stream().filter(end -> end > from).count())
                .as("replicas that have more than %d of %s, by which %s said that it is done", from, id, by.process())
                .isGreaterThanOrEqualTo(minInSync);
    }

    /** A leader in this epoch says where the partition ends. */
    void toldEnd(TopicPartition id, int epoch, long end) {
        var told = partitions.get(id).toldEnds;
        var before = told.headMap(epoch, true).values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(-1);
        assertThat(end)
                .as("the end of %s that the leader of epoch %d tells", id, epoch)
                .isGreaterThanOrEqualTo(before);
        told.merge(epoch, end, Math::max);
    }

    // ---- at the end

    /** Has those logs opened that nobody has used since their brokers started. */
    void open(ClusterImage truth) {
        partitions.forEach((id, of) -> {
            var image = truth.partition(id).orElseThrow();
            for (var broker : brokers) {
                if (image.replicas().contains(broker.id()) && !of.committed.isEmpty()) {
                    broker.partition(id).opened();
                }
            }
        });
    }

    /** Everybody who holds a partition has the same. */
    void checkAllEqual(ClusterImage truth) {
        partitions.forEach((id, of) -> {
            var image = truth.partition(id).orElseThrow();
            assertThat(Set.copyOf(image.isr()))
                    .as("in sync with %s after everything healed", id)
                    .isEqualTo(new HashSet<>(image.replicas()));
            for (var broker : brokers) {
                if (image.replicas().contains(broker.id())) {
                    var partition = broker.partition(id);
                    checkEqual(of, broker, partition);
                    checkEqual(sidecars.get(id), broker, Sidecars.of(partition));
                    checkEqual(delayLogs.get(id), broker, Sidecars.ofDelays(partition));
                }
            }
        });
    }

    private void checkEqual(Of of, SimulatedBroker broker, Optional<Partition> beside) {
        if (!of.committed.isEmpty()) {
            checkEqual(of, broker, beside.orElseThrow());
        }
    }

    private void checkEqual(Of of, SimulatedBroker broker, Partition log) {
        if (log.view().isEmpty() && of.committed.isEmpty()) {
            // Nobody has used it.
            return;
        }
        assertThat(log.view()).as("log of %s at %s", of.name, broker.process()).isPresent();
        var view = log.view().orElseThrow();
        assertThat(view.endOffset())
                .as("end of %s at %s", of.name, broker.process())
                .isEqualTo(of.committed.size());
        var there = read(view, view.startOffset(), view.endOffset());
        for (var offset = 0L; offset < view.endOffset(); offset++) {
            verify(of, broker, offset, there.get(offset));
        }
    }
}
