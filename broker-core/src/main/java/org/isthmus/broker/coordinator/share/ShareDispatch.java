package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which record of one group now, and which records may be handed out. Soft: it begins empty with each reign of a leader and
 * follows the records that are applied. Owned by the partition's loop.
 *
 * <p>Invariant: a record is held by at most one member, and one that is held, delayed, pending or done is ready in no cursor. The limit of
 * what is in flight counts what is held, never the span from the oldest unfinished record.
 */
final class ShareDispatch {
    /** Nobody's name. */
    private static final String UNKNOWN = "";

    private static final long NANOS_PER_MS = 1_000_000;

    private final OffsetMap<Hold> held = new OffsetMap<>();
    /** By when it may be handed out again, on the clock that nobody sets. */
    private final OffsetMap<Long> delayed = new OffsetMap<>();

    private final OffsetSet missed = new OffsetSet();
    /** What of the missed was there, but had expired. */
    private final OffsetSet expired = new OffsetSet();
    /** Held, but not in the log any more: passed by once they come back. */
    private final OffsetSet vanished = new OffsetSet();

    private final Map<Interest, Cursor> cursors = new LinkedHashMap<>();
    /** The member that has the turn, of those whose order is kept: nobody knows who where the reign began with what is unsettled. */
    private @Nullable String turn;

    /** Whoever comes by the name of who has the turn is another one now. */
    private boolean hasTurnLeft;

    /** What was undecided when a member had lost sight of its end. */
    private final OffsetSet doubtful = new OffsetSet();

    private final TreeMap<Long, OffsetSet> leasesByNanos = new TreeMap<>();
    private final TreeMap<Long, OffsetSet> delaysByNanos = new TreeMap<>();

    ShareDispatch(ShareGroup group, Clock clock) {
        group.returned().runs().forEach(run -> delay(group, run.range(), run.value(), clock));
        turn = delayed.isEmpty() && group.pending().isEmpty() ? null : UNKNOWN;
    }

    OffsetMap<Hold> held() {
        return held;
    }

    /** What came back and waits until it may be handed out again. */
    OffsetMap<Long> delayed() {
        return delayed;
    }

    /** What the group has silently passed by, and no record tells yet. */
    OffsetSet missed() {
        return missed;
    }

    OffsetSet expired() {
        return expired;
    }

    boolean hasRoom(ShareGroup group) {
        return held.size() < group.settings().maxInFlight();
    }

    /** Whether something may still come before what this member would get: another one has it, it waits to come again, or nobody knows. */
    boolean isOthersTurn(ShareGroup group, String member) {
        return isInDoubt(group)
                || (turn != null && (hasTurnLeft || !turn.equals(member)) && isAnyUnsettled(group, turn));
    }

    void beginTurn(String member) {
        turn = member;
        hasTurnLeft = false;
    }

    /** The member's session has ended, and with it what the member knew of its own. */
    void left(String member) {
        hasTurnLeft |= member.equals(turn);
    }

    /** Ends the turn of a member of which nothing is left; says whether it does. */
    boolean endTurn(ShareGroup group) {
        if (turn == null || isAnyUnsettled(group, turn)) {
            return false;
        }
        turn = null;
        hasTurnLeft = false;
        return true;
    }

    /** Whose order is kept gets nothing more before all that is undecided now, or waits to come again, is done or ready. */
    void doubt(ShareGroup group) {
        group.pending().runs().forEach(run -> doubtful.add(run.range()));
        delayed.runs().forEach(run -> doubtful.add(run.range()));
    }

    /** Ends the doubt where nothing of it is left; says whether it does. */
    boolean endDoubt(ShareGroup group) {
        if (doubtful.isEmpty() || isInDoubt(group)) {
            return false;
        }
        doubtful.clear();
        return true;
    }

    private boolean isInDoubt(ShareGroup group) {
        return doubtful.ranges().stream()
                .anyMatch(range -> !group.pending().within(range).isEmpty()
                        || !delayed.within(range).isEmpty());
    }

    private boolean isAnyUnsettled(ShareGroup group, String member) {
        return !delayed.isEmpty()
                || !group.pending().isEmpty()
                || held.hasAny(hold -> hold.member().equals(member));
    }

    Cursor cursor(ShareGroup group, Interest interest) {
        return cursors.computeIfAbsent(interest, wanted -> new Cursor(wanted, group.startOffset()));
    }

    void forget(Interest interest) {
        cursors.remove(interest);
    }

    /** Takes in what a scan found that was asked to begin at this offset. */
    void found(ShareGroup group, Cursor cursor, long asked, Scan scan) {
        if (scan.next() <= asked) {
            return;
        }
        var region = new OffsetRange(asked, scan.next() - 1);
        var whatMissesIsDone = cursor.interest().equals(group.settings().interest());
        var wanted = new OffsetSet();
        var present = new OffsetSet();
        for (var batch : scan.batches()) {
            if (batch.data()) {
                batch.wanted().forEach(wanted::add);
                (whatMissesIsDone ? batch.matching() : List.of(batch.range())).forEach(present::add);
                for (var over : batch.marks().expired()) {
                    present.remove(over);
                    open(group, over).forEach(expired::add);
                }
            } else if (batch.content() == Scan.Content.UNDECIDED) {
                present.add(batch.range());
            }
        }
        present.gaps(region).forEach(gap -> pass(group, gap));
        // Before what was asked for, the group is done with all that was to be looked at again.
        cursor.takeDecided(new OffsetRange(0, scan.next() - 1)).forEach(range -> found(group, cursor, range, wanted));
        if (scan.from() > asked) {
            cursor.lost(scan.from());
        }
        if (scan.next() > cursor.scannedTo()) {
            var fresh = new OffsetRange(Math.max(asked, cursor.scannedTo()), scan.next() - 1);
            found(group, cursor, fresh, wanted);
            scan.batches().forEach(batch -> follow(cursor, batch, fresh));
            cursor.advance(scan.next());
            // What just turned out to be decided this scan has looked at too, and it comes before what is fresh.
            scan.batches().stream()
                    .filter(batch -> batch.content() != Scan.Content.UNDECIDED)
                    .flatMap(batch -> cursor.takeDecided(batch.range()).stream())
                    .forEach(range -> found(group, cursor, range, wanted));
        }
    }

    private void found(ShareGroup group, Cursor cursor, OffsetRange range, OffsetSet wanted) {
        wanted.within(range).forEach(each -> open(group, each).forEach(cursor::found));
        hide(group, cursor, range);
    }

    /** Transactions, in the order in which the log has their records and their ends. */
    private static void follow(Cursor cursor, Scan.Batch batch, OffsetRange fresh) {
        if (batch.range().last() < fresh.first()) {
            return;
        }
        if (batch.content() == Scan.Content.UNDECIDED) {
            var first = Math.max(batch.range().first(), fresh.first());
            cursor.undecided(
                    batch.producerId(), new OffsetRange(first, batch.range().last()));
        } else {
            // Its marker, or a record of it that was found decided while the marker lies further on.
            cursor.decided(batch.producerId());
        }
    }

    private List<OffsetRange> open(ShareGroup group, OffsetRange range) {
        if (range.last() < group.startOffset()) {
            return List.of();
        }
        var open = new ArrayList<OffsetRange>();
        for (var gap : group.done().gaps(new OffsetRange(Math.max(range.first(), group.startOffset()), range.last()))) {
            open.addAll(missed.gaps(gap));
        }
        return open;
    }

    private void hide(ShareGroup group, Cursor cursor, OffsetRange range) {
        held.within(range).forEach(run -> cursor.taken(run.range()));
        delayed.within(range).forEach(run -> cursor.taken(run.range()));
        group.pending().within(range).forEach(run -> cursor.taken(run.range()));
    }

    private void pass(ShareGroup group, OffsetRange gap) {
        for (var range : open(group, gap)) {
            missed.add(range);
            // Who holds a record that is gone meanwhile still settles it.
            held.within(range).forEach(run -> vanish(run.range()));
            group.pending().within(range).forEach(run -> vanish(run.range()));
        }
        missed.within(gap).forEach(range -> cursors.values().forEach(cursor -> cursor.done(range)));
    }

    private void vanish(OffsetRange range) {
        missed.remove(range);
        vanished.add(range);
    }

    /** Nobody has these any more, nor are they kept back. */
    private void free(OffsetRange range) {
        for (var gone : vanished.within(range)) {
            missed.add(gone);
            cursors.values().forEach(cursor -> cursor.done(gone));
        }
        vanished.remove(range);
        cursors.values().forEach(cursor -> cursor.freed(range));
    }

    /** Hands out what the demand wants of what is ready in this stretch, and remembers who has it. */
    Acquisition take(
            ShareGroup group,
            Cursor cursor,
            Stretch stretch,
            Demand demand,
            boolean counts,
            @Nullable Deadline deadline,
            long news) {
        var whole = demand.travel() == Demand.Travel.WHOLE_BATCHES;
        var room = group.settings().maxInFlight() - held.size();
        var most = whole ? room : Math.min(demand.maxRecords(), room);
        if (most <= 0) {
            return Acquisition.nothing(news);
        }
        var chosen = !whole && stretch.hasUrgent() ? Urgency.first(stretch, cursor, most) : null;
        var load = new Load(demand);
        for (var piece : stretch.pieces()) {
            var range = piece.batch().range();
            var ready = chosen == null ? cursor.readyIn(range) : chosen.within(range);
            if (ready.isEmpty()) {
                continue;
            }
            if (!load.mayTake(piece)) {
                break;
            }
            var before = most - load.records();
            var left = before;
            for (var each : ready) {
                if (left <= 0) {
                    break;
                }
                var taken = new OffsetRange(each.first(), Math.min(each.last(), each.first() + left - 1));
                hold(group, taken, demand.member(), counts, deadline, load.acquired());
                left -= taken.size();
            }
            load.took(piece, before - left);
            if (load.records() >= Math.min(demand.maxRecords(), room)) {
                break;
            }
        }
        return load.acquisition(news);
    }

    private void hold(
            ShareGroup group,
            OffsetRange range,
            String member,
            boolean counts,
            @Nullable Deadline deadline,
            List<Acquisition.Acquired> acquired) {
        cursors.values().forEach(cursor -> cursor.taken(range));
        var next = range.first();
        for (var run : group.returned().within(range)) {
            if (next < run.range().first()) {
                hold(new OffsetRange(next, run.range().first() - 1), member, 1, counts, deadline, acquired);
            }
            hold(run.range(), member, run.value().deliveries() + 1, counts, deadline, acquired);
            next = run.range().last() + 1;
        }
        if (next <= range.last()) {
            hold(new OffsetRange(next, range.last()), member, 1, counts, deadline, acquired);
        }
        if (deadline != null) {
            lease(range, deadline.atNanos());
        }
    }

    private void hold(
            OffsetRange range,
            String member,
            int deliveries,
            boolean counts,
            @Nullable Deadline deadline,
            List<Acquisition.Acquired> acquired) {
        held.put(range, new Hold(member, deliveries, counts, Optional.ofNullable(deadline)));
        acquired.add(new Acquisition.Acquired(range, deliveries));
    }

    /** Follows a record that has become part of the state. */
    void applied(ShareGroup group, ShareRecord record, Clock clock) {
        if (record instanceof ShareRecord.Done done) {
            for (var range : done.ranges()) {
                held.remove(range);
                delayed.remove(range);
                missed.remove(range);
                expired.remove(range);
                vanished.remove(range);
                cursors.values().forEach(cursor -> cursor.done(range));
            }
        } else if (record instanceof ShareRecord.GivenBack back) {
            for (var range : back.ranges()) {
                held.remove(range);
                if (!delay(group, range, back.returned(), clock)) {
                    free(range);
                }
            }
        } else if (record instanceof ShareRecord.Pending pending) {
            pending.ranges().forEach(held::remove);
        }
    }

    private boolean delay(ShareGroup group, OffsetRange range, Returned returned, Clock clock) {
        // Whoever noted the date may have had another one, and this one may be set meanwhile.
        var most = group.settings().backoff().delayMs(returned.deliveries());
        var leftMs = Math.min(returned.availableAtMs() - clock.wallMs(), most);
        if (leftMs <= 0) {
            return false;
        }
        // Rounded up, so that what comes back at about the same time is one run with one end.
        var until = (-Math.floorDiv(-clock.nanos(), NANOS_PER_MS) + leftMs) * NANOS_PER_MS;
        delayed.put(range, until);
        delaysByNanos.computeIfAbsent(until, key -> new OffsetSet()).add(range);
        return true;
    }

    /** Keeps what came back from being handed out again, for one who does something else with it. */
    void seize(OffsetRange range, int deliveries, String holder) {
        cursors.values().forEach(cursor -> cursor.taken(range));
        held.put(range, new Hold(holder, deliveries, true, Optional.empty()));
    }

    /** Follows what a settlement leaves to the holds. */
    void applied(Settlement.Holds holds, Deadline renewedUntil, String graveDigger) {
        for (var range : holds.unseen()) {
            held.remove(range);
            free(range);
        }
        for (var range : holds.seen()) {
            held.within(range).forEach(run -> held.put(run.range(), run.value().seen()));
        }
        for (var range : holds.renewed()) {
            held.within(range).forEach(run -> held.put(run.range(), run.value().renewed(renewedUntil)));
            lease(range, renewedUntil.atNanos());
        }
        for (var range : holds.condemned()) {
            held.within(range)
                    .forEach(run -> held.put(
                            run.range(), new Hold(graveDigger, run.value().deliveries(), true, Optional.empty())));
        }
    }

    private void lease(OffsetRange range, long untilNanos) {
        leasesByNanos.computeIfAbsent(untilNanos, key -> new OffsetSet()).add(range);
    }

    /** Holds that have outlived their lock. */
    List<OffsetMap.Run<Hold>> lapsed(long nowNanos) {
        var lapsed = new ArrayList<OffsetMap.Run<Hold>>();
        while (!leasesByNanos.isEmpty() && leasesByNanos.firstKey() <= nowNanos) {
            for (var range : leasesByNanos.pollFirstEntry().getValue().ranges()) {
                for (var run : held.within(range)) {
                    // Another holder, or a renewed lock, has a lease of its own.
                    if (run.value()
                            .deadline()
                            .filter(deadline -> deadline.hasPassed(nowNanos))
                            .isPresent()) {
                        lapsed.add(run);
                    }
                }
            }
        }
        return lapsed;
    }

    /** Ends the delays that are over; says whether any was. */
    boolean endDelays(long nowNanos) {
        var ended = false;
        while (!delaysByNanos.isEmpty() && delaysByNanos.firstKey() <= nowNanos) {
            for (var range : delaysByNanos.pollFirstEntry().getValue().ranges()) {
                for (var run : delayed.within(range)) {
                    if (run.value() <= nowNanos) {
                        delayed.remove(run.range());
                        free(run.range());
                        ended = true;
                    }
                }
            }
        }
        return ended;
    }

    /** Nanoseconds until a lock or a delay ends; empty where none will. */
    OptionalLong nextEnd(long nowNanos) {
        var lease = leasesByNanos.isEmpty() ? Long.MAX_VALUE : leasesByNanos.firstKey() - nowNanos;
        var delay = delaysByNanos.isEmpty() ? Long.MAX_VALUE : delaysByNanos.firstKey() - nowNanos;
        var next = Math.min(lease, delay);
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(Math.max(0, next));
    }

    List<OffsetMap.Run<Hold>> heldBy(String member) {
        return held.runs().stream()
                .filter(run -> run.value().member().equals(member))
                .toList();
    }
}
