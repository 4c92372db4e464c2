package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;

/**
 * Decides what becomes of records that a member holds: what is to be remembered goes into records, what only concerns who holds what now
 * into the answer. Changes nothing itself.
 */
final class Settlement {
    /**
     * What the decision means for the holds, beside its records.
     *
     * @param unseen goes back uncounted
     * @param renewed keeps its holder, with a new lock
     * @param seen keeps its holder, who has delivered it
     * @param condemned is to become a dead letter, then archived
     */
    record Holds(
            List<OffsetRange> unseen, List<OffsetRange> renewed, List<OffsetRange> seen, List<OffsetRange> condemned) {}

    private final ShareGroup group;
    private final long nowMs;
    private final OffsetSet acknowledged = new OffsetSet();
    private final OffsetSet archived = new OffsetSet();
    private final OffsetSet absent = new OffsetSet();
    private final Map<Returned, OffsetSet> givenBack = new LinkedHashMap<>();
    private final OffsetMap<Integer> seen = new OffsetMap<>();
    private final Holds holds = new Holds(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    private Settlement(ShareGroup group, long nowMs) {
        this.group = group;
        this.nowMs = nowMs;
    }

    /**
     * What a member's acknowledgements lead to; all of them or none.
     *
     * @throws BrokerException {@code INVALID_RECORD_STATE} where one is about a record that the member does not hold
     */
    static Decision<ShareRecord, Holds> acknowledge(
            ShareGroup group, OffsetMap<Hold> held, String member, List<Acknowledgement> acknowledgements, long nowMs) {
        var settlement = new Settlement(group, nowMs);
        for (var acknowledgement : acknowledgements) {
            holdsOf(group, held, member, acknowledgement.range())
                    .forEach(run -> settlement.settle(run, acknowledgement.verdict()));
        }
        return settlement.decision();
    }

    /** @throws BrokerException {@code INVALID_RECORD_STATE} where one is about a record that the member does not hold */
    static void refuseNotHeld(
            ShareGroup group, OffsetMap<Hold> held, String member, List<Acknowledgement> acknowledgements) {
        acknowledgements.forEach(each -> holdsOf(group, held, member, each.range()));
    }

    private static List<OffsetMap.Run<Hold>> holdsOf(
            ShareGroup group, OffsetMap<Hold> held, String member, OffsetRange range) {
        var runs = held.within(range);
        var covered = runs.stream()
                .filter(run -> run.value().member().equals(member))
                .mapToLong(run -> run.range().size())
                .sum();
        if (covered < range.size()) {
            throw new BrokerException(
                    ErrorCode.INVALID_RECORD_STATE,
                    "member " + member + " of " + group.id() + " does not hold all of " + range);
        }
        return runs;
    }

    /**
     * What it leads to that a member acknowledges inside a transaction; all of it or nothing.
     *
     * @throws BrokerException {@code INVALID_RECORD_STATE} where one is about a record that the member does not hold, {@code INVALID_REQUEST}
     *     for a verdict that is not about the end of a record
     */
    static Decision<ShareRecord, Boolean> stage(
            ShareGroup group,
            OffsetMap<Hold> held,
            String member,
            List<Acknowledgement> acknowledgements,
            Transaction transaction) {
        var staged = new LinkedHashMap<Staged, Map<Integer, OffsetSet>>();
        for (var acknowledgement : acknowledgements) {
            var verdict = acknowledgement.verdict();
            if (verdict != Verdict.ACCEPT && verdict != Verdict.REJECT) {
                throw new BrokerException(ErrorCode.INVALID_REQUEST, "no transaction decides on " + verdict);
            }
            var byDeliveries = staged.computeIfAbsent(
                    new Staged(transaction, verdict == Verdict.REJECT), unused -> new LinkedHashMap<>());
            holdsOf(group, held, member, acknowledgement.range()).forEach(run -> byDeliveries
                    .computeIfAbsent(run.value().deliveries(), unused -> new OffsetSet())
                    .add(run.range()));
        }
        var records = new ArrayList<ShareRecord>();
        staged.forEach((what, byDeliveries) -> byDeliveries.forEach((deliveries, offsets) ->
                records.add(new ShareRecord.Pending(group.id(), offsets.ranges(), new Returned(deliveries, 0), what))));
        return Decision.of(true, records);
    }

    /** What a transaction's end leads to for what was acknowledged inside it. Nothing, the second time. */
    static Decision<ShareRecord, Holds> end(ShareGroup group, Transaction outcome, boolean commit, long nowMs) {
        var settlement = new Settlement(group, nowMs);
        for (var run : group.pending().runs()) {
            if (!run.value().transaction().isEndedBy(outcome)) {
                continue;
            }
            for (var delivered : group.returned().within(run.range())) {
                if (!commit) {
                    settlement.release(delivered.range(), delivered.value().deliveries());
                } else if (run.value().rejected()) {
                    settlement.archive(delivered.range());
                } else {
                    settlement.acknowledged.add(delivered.range());
                }
            }
        }
        // What is to be buried is nobody's until it is; should the broker die before, it is handed out once more.
        for (var range : settlement.holds.condemned()) {
            group.returned().within(range).forEach(run -> settlement
                    .givenBack
                    .computeIfAbsent(new Returned(run.value().deliveries(), 0), key -> new OffsetSet())
                    .add(run.range()));
        }
        return settlement.decision();
    }

    /** What it leads to that these holds end without a word from their members. */
    static Decision<ShareRecord, Holds> lapse(ShareGroup group, List<OffsetMap.Run<Hold>> runs, long nowMs) {
        var settlement = new Settlement(group, nowMs);
        runs.forEach(run -> settlement.settle(run, run.value().counts() ? Verdict.RELEASE : Verdict.RELEASE_UNSEEN));
        return settlement.decision();
    }

    private void settle(OffsetMap.Run<Hold> run, Verdict verdict) {
        var range = run.range();
        switch (verdict) {
            case GAP -> absent.add(range);
            case ACCEPT -> acknowledged.add(range);
            case REJECT -> archive(range);
            case RELEASE -> releaseDelivered(run);
            case RELEASE_UNSEEN -> holds.unseen().add(range);
            case RENEW -> holds.renewed().add(range);
            case SEEN -> {
                holds.seen().add(range);
                sawOnceMore(range);
            }
        }
    }

    private void sawOnceMore(OffsetRange range) {
        var before = seen.within(range);
        seen.put(range, 1);
        before.forEach(run -> seen.put(run.range(), run.value() + 1));
    }

    /** Deliveries that are told together with the release count too. */
    private void releaseDelivered(OffsetMap.Run<Hold> run) {
        var hold = run.value();
        var rest = OffsetSet.of(List.of(run.range()));
        for (var told : seen.within(run.range())) {
            rest.remove(told.range());
            release(told.range(), hold.deliveries() + told.value() - (hold.counts() ? 0 : 1));
        }
        rest.ranges().forEach(range -> release(range, hold.deliveries()));
    }

    private void release(OffsetRange range, int deliveries) {
        if (deliveries >= group.settings().maxDeliveries()) {
            archive(range);
            return;
        }
        var delayMs = group.settings().backoff().delayMs(deliveries);
        var returned = new Returned(deliveries, delayMs == 0 ? 0 : nowMs + delayMs);
        givenBack.computeIfAbsent(returned, key -> new OffsetSet()).add(range);
    }

    private void archive(OffsetRange range) {
        if (group.settings().deadLetterTarget().isPresent()) {
            holds.condemned().add(range);
        } else {
            archived.add(range);
        }
    }

    private Decision<ShareRecord, Holds> decision() {
        var records = new ArrayList<ShareRecord>();
        addDone(records, acknowledged, Outcome.ACKNOWLEDGED);
        addDone(records, archived, Outcome.ARCHIVED);
        addDone(records, absent, Outcome.ABSENT);
        givenBack.forEach(
                (returned, offsets) -> records.add(new ShareRecord.GivenBack(group.id(), offsets.ranges(), returned)));
        return Decision.of(holds, records);
    }

    private void addDone(List<ShareRecord> records, OffsetSet offsets, Outcome outcome) {
        if (!offsets.isEmpty()) {
            records.add(new ShareRecord.Done(group.id(), offsets.ranges(), outcome));
        }
    }
}
