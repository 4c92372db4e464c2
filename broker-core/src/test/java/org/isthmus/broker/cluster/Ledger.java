package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.sim.History;

/**
 * What becomes of transactions: each is all or nothing and has one outcome, whoever tells or sees it. A record begins with its transaction's name
 * and a colon.
 */
final class Ledger {
    private final History history;
    private final Map<String, Entry> entries = new TreeMap<>();

    Ledger(History history) {
        this.history = history;
    }

    /** One transaction, as its producer knows it. */
    final class Entry {
        private final String name;
        private final Map<TopicPartition, List<String>> records = new HashMap<>();
        private final List<String> later = new ArrayList<>();
        private final List<Runnable> onCommit = new ArrayList<>();
        private boolean mayCommit;
        private boolean mayRollBack;
        private boolean prepared;
        private Outcome outcome;

        private Entry(String name) {
            this.name = name;
        }

        /** The producer writes this, and asks for no commit before it was told that it is written. */
        String write(TopicPartition partition, int number) {
            var record = name + ":" + number;
            records.computeIfAbsent(partition, id -> new ArrayList<>()).add(record);
            return record;
        }

        /** As {@link #write}, for one that is to come some time after the end. */
        String writeLater(int number) {
            var record = name + ":" + number;
            later.add(record);
            return record;
        }

        /** It holds these, in the reign in which they were told to be part of it. */
        void acknowledged(Deliveries deliveries, int reign, Collection<Long> offsets) {
            onCommit.add(() -> offsets.forEach(offset -> deliveries.settledIn(name, reign, offset)));
        }

        /** From now on it may be committed, whatever its producer hears. */
        void askedToCommit() {
            mayCommit = true;
        }

        /** Its coordinator says that nothing but its manager's word ends it from now on. */
        void prepared() {
            prepared = true;
        }

        /** From now on it may be rolled back although it is prepared. */
        void askedToRollBack() {
            mayRollBack = true;
        }

        /** Whoever says so, it is so for ever. */
        void is(Outcome told, String by) {
            assertThat(told == Outcome.ABORT || mayCommit)
                    .as("%s tells %s of %s, of which nobody asked for that", by, told, name)
                    .isTrue();
            assertThat(told == Outcome.COMMIT || !prepared || mayRollBack)
                    .as("%s tells %s of %s, which is prepared and which nobody asked to roll back", by, told, name)
                    .isTrue();
            assertThat(outcome == null || outcome == told)
                    .as("%s tells %s of %s, which was %s before", by, told, name, outcome)
                    .isTrue();
            if (outcome == null) {
                history.add(by + " tells " + told + " of " + name);
                outcome = told;
                if (told == Outcome.COMMIT) {
                    onCommit.forEach(Runnable::run);
                }
            }
        }

        String name() {
            return name;
        }
    }

    Entry begin(String name) {
        var entry = new Entry(name);
        entries.put(name, entry);
        return entry;
    }

    Entry named(String name) {
        return entries.get(name);
    }

    int committed() {
        return (int) entries.values().stream()
                .filter(entry -> entry.outcome == Outcome.COMMIT)
                .count();
    }

    int size() {
        return entries.size();
    }

    /** A reader of committed records was handed this one. */
    void read(String record, TopicPartition partition) {
        entry(record).is(Outcome.COMMIT, "a reader of " + partition);
    }

    private Entry entry(String record) {
        return entries.get(record.substring(0, record.indexOf(':')));
    }

    /** Each transaction is in all of its partitions, once, or in none. */
    void check(Map<TopicPartition, List<String>> visible) {
        var found = new TreeMap<String, Map<TopicPartition, List<String>>>();
        visible.forEach((partition, records) ->
                records.forEach(record -> found.computeIfAbsent(entry(record).name, name -> new HashMap<>())
                        .computeIfAbsent(partition, id -> new ArrayList<>())
                        .add(record)));
        for (var entry : entries.values()) {
            var there = found.get(entry.name);
            entry.is(there == null && !entry.records.isEmpty() ? Outcome.ABORT : Outcome.COMMIT, "the log");
            if (there != null) {
                assertThat(there).as("records of %s", entry.name).isEqualTo(entry.records);
            }
        }
    }

    /** What transactions that are known to be committed sent for later, and is not among these. */
    List<String> missing(List<String> arrived) {
        var there = new HashSet<>(arrived);
        return entries.values().stream()
                .filter(entry -> entry.outcome == Outcome.COMMIT)
                .flatMap(entry -> entry.later.stream())
                .filter(record -> !there.contains(record))
                .toList();
    }

    /** What transactions sent for later came once where they are committed, and not where they are not. */
    void checkArrived(List<String> arrived) {
        var sent = entries.values().stream()
                .filter(entry -> entry.outcome == Outcome.COMMIT)
                .flatMap(entry -> entry.later.stream())
                .toList();
        assertThat(arrived).as("what was sent for later in transactions").containsExactlyInAnyOrderElementsOf(sent);
    }

    /** What a reader of committed records finds in a log that nobody writes to any more, worked out from its markers alone. */
    static List<String> visible(TopicPartition partition, LogView view) {
        assertThat(view.lastStableOffset())
                .as("%s is stable up to its end; open are %s", partition, view.openTransactions())
                .isEqualTo(view.endOffset());
        var visible = new TreeMap<Long, String>();
        var open = new HashMap<Long, Map<Long, String>>();
        try {
            var offset = view.startOffset();
            while (offset < view.endOffset()) {
                for (var batch : RecordBatch.in(view.copy(offset, view.endOffset(), 1 << 20))) {
                    if (batch.isControl()) {
                        var ended = open.remove(batch.producerId());
                        if (ended != null
                                && EndTransactionMarker.in(batch).outcome() == EndTransactionMarker.Outcome.COMMIT) {
                            visible.putAll(ended);
                        }
                    } else {
                        var into = batch.isTransactional()
                                ? open.computeIfAbsent(batch.producerId(), id -> new HashMap<>())
                                : visible;
                        batch.records().forEach(record -> into.put(record.offset(), new String(record.value(), UTF_8)));
                    }
                    offset = batch.nextOffset();
                }
            }
        } catch (IOException e) {
            throw new AssertionError("a log cannot be read", e);
        }
        assertThat(open).as("transactions without an end in %s", partition).isEmpty();
        return List.copyOf(visible.values());
    }
}
