package org.isthmus.broker.coordinator.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.Shard;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.jspecify.annotations.Nullable;

/**
 * One group's consumption of one partition: its members, what they ask for, and the clocks that run for what they hold. Owned by the
 * partition's loop; lives as long as the group does in this reign of the leader.
 */
final class ShareConsumption {
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long LOCK_GRAIN_NANOS = 100_000_000;
    private static final Duration TELL_MISSED = Duration.ofSeconds(1);

    /** Holds what is on its way to the dead letter topic. No member can have this name: it is not text that the protocol carries. */
    private static final String GRAVE_DIGGER = "\0";

    private record Member(Interest interest, boolean sessionLock, boolean inOrder) {}

    private final String id;
    private final Shard<ShareMachine, ShareRecord> shard;
    private final ShareMachine machine;
    private final RecordSource source;
    private final DeadLetters deadLetters;
    private final Clock clock;
    private final ShareDispatch dispatch;
    private final Map<String, Member> members = new HashMap<>();
    private final Map<Interest, Line> lines = new LinkedHashMap<>();
    private Cancellable timer = () -> {};
    private long timerAtNanos = Long.MAX_VALUE;
    private boolean tellingMissed;
    /** Of deliveries that are over: so many times the disk is waited for before what was delivered comes back. */
    private int comingBack;

    private boolean closed;

    ShareConsumption(
            String id,
            Shard<ShareMachine, ShareRecord> shard,
            ShareMachine machine,
            RecordSource source,
            DeadLetters deadLetters,
            Clock clock) {
        this.id = id;
        this.shard = shard;
        this.machine = machine;
        this.source = source;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.dispatch = new ShareDispatch(group(), clock);
        setTimer();
    }

    ShareGroup group() {
        var group = machine.group(id);
        if (group == null) {
            throw new BrokerException(ErrorCode.GROUP_ID_NOT_FOUND, "share group " + id + " does not exist");
        }
        return group;
    }

    ShareDispatch dispatch() {
        return dispatch;
    }

    int memberCount() {
        return members.size();
    }

    boolean has(String member) {
        return members.containsKey(member);
    }

    void refuseIfTaken(String member) {
        if (group().settings().exclusive() && !has(member) && !members.isEmpty()) {
            throw new BrokerException(
                    ErrorCode.GROUP_MAX_SIZE_REACHED, "share group " + id + " is exclusive and has a member");
        }
    }

    void join(String member, Opening opening) {
        var interest = opening.interest().isEverything() ? group().settings().interest() : opening.interest();
        members.put(member, new Member(interest, opening.sessionLock(), opening.inOrder()));
        lines.computeIfAbsent(interest, wanted -> new Line(this, wanted));
    }

    /** What the member held goes back; its demands are answered with nothing. */
    CompletionStage<Void> leave(String member) {
        var left = members.remove(member);
        if (left == null) {
            return CompletableFuture.completedStage(null);
        }
        dispatch.left(member);
        var line = line(left.interest());
        line.left(member);
        if (members.values().stream().noneMatch(other -> other.interest().equals(left.interest()))) {
            lines.remove(left.interest());
            line.close(new BrokerException(ErrorCode.UNKNOWN_MEMBER_ID, "member " + member + " has left"));
            dispatch.forget(left.interest());
        }
        return lapse(dispatch.heldBy(member));
    }

    CompletionStage<Acquisition> acquire(Demand demand) {
        return line(member(demand.member()).interest()).acquire(demand);
    }

    Cancellable whenNews(String member, long known, Line.Waiter waiter) {
        return line(member(member).interest()).whenNews(member, known, waiter);
    }

    CompletionStage<Void> acknowledge(String member, List<Acknowledgement> acknowledgements) {
        member(member);
        if (source.isSafe(endOf(acknowledgements))) {
            return settle(member, acknowledgements);
        }
        noteDelivered(member, acknowledgements);
        var soft = acknowledgements.stream()
                .filter(each -> each.verdict().isSoft())
                .toList();
        if (soft.isEmpty()) {
            return settle(member, acknowledgements);
        }
        // What goes back without a record waits for no disk, for it comes before what lies behind it.
        var lasting = acknowledgements.stream()
                .filter(each -> !each.verdict().isSoft())
                .toList();
        var settled = settle(0, view -> {
            Settlement.refuseNotHeld(group(), dispatch.held(), member, lasting);
            return Settlement.acknowledge(group(), dispatch.held(), member, soft, view.nowMs());
        });
        if (settled.toCompletableFuture().isCompletedExceptionally()) {
            return settled;
        }
        // In the same turn: what is released comes before that.
        var settledForGood = settle(member, lasting);
        return settled.thenCompose(done -> settledForGood);
    }

    /** What the member says, which gives nothing back and which it does not wait for. */
    CompletionStage<Void> noteProcessed(String member, List<Acknowledgement> acknowledgements) {
        member(member);
        var below = endOf(acknowledgements);
        if (!source.isSafe(below)) {
            noteDelivered(member, acknowledgements);
        }
        return write(below, said(member, acknowledgements), this::settled, false)
                .thenApply(holds -> null);
    }

    /**
     * What the member is done with was delivered. Where it leaves before the disk lets that be written, the records wait for the disk as well before
     * they go to others, and are done by then.
     */
    private void noteDelivered(String member, List<Acknowledgement> acknowledgements) {
        var delivered = acknowledgements.stream()
                .filter(each -> !each.verdict().isSoft())
                .flatMap(each -> dispatch.held().within(each.range()).stream())
                .filter(run ->
                        run.value().member().equals(member) && !run.value().counts())
                .map(run -> new Acknowledgement(run.range(), Verdict.SEEN))
                .toList();
        if (!delivered.isEmpty()) {
            var unused = shard.note(said(member, delivered), this::settled);
        }
    }

    private CompletionStage<Void> settle(String member, List<Acknowledgement> acknowledgements) {
        var below = endOf(acknowledgements);
        var decide = said(member, acknowledgements);
        var isGivingBack = acknowledgements.stream().anyMatch(each -> each.verdict() == Verdict.RELEASE);
        return isGivingBack ? giveBack(below, decide) : settle(below, decide);
    }

    private Function<View<ShareMachine>, Decision<ShareRecord, Settlement.Holds>> said(
            String member, List<Acknowledgement> acknowledgements) {
        return view -> Settlement.acknowledge(group(), dispatch.held(), member, acknowledgements, view.nowMs());
    }

    /** What the member says holds once the transaction commits; until then nobody has these records, and the member may leave. */
    CompletionStage<Void> acknowledge(
            String member, List<Acknowledgement> acknowledgements, Transaction transaction, Runnable hurried) {
        member(member);
        return write(
                        endOf(acknowledgements),
                        view -> Settlement.stage(group(), dispatch.held(), member, acknowledgements, transaction),
                        staged -> hurried.run())
                .thenApply(staged -> null);
    }

    /** Takes what a transaction's end condemned, and has come back by that, to where it belongs. */
    void condemned(List<OffsetRange> ranges) {
        for (var range : ranges) {
            for (var run : group().returned().within(range)) {
                dispatch.seize(run.range(), run.value().deliveries(), GRAVE_DIGGER);
                dispatch.held().within(run.range()).forEach(this::bury);
            }
        }
    }

    private Member member(String name) {
        var member = members.get(name);
        if (member == null) {
            throw new BrokerException(
                    ErrorCode.UNKNOWN_MEMBER_ID, "member " + name + " has not opened share group " + id + " here");
        }
        return member;
    }

    private Line line(Interest interest) {
        var line = lines.get(interest);
        if (line == null) {
            throw new IllegalStateException("share group " + id + " has a member without a line");
        }
        return line;
    }

    CompletionStage<Scan> scan(long from, Interest interest, int maxBytes) {
        var settings = group().settings();
        var waited = group().waited();
        var scan = source.scan(from, interest, settings.committedOnly(), !settings.stock(), maxBytes);
        return waited == 0 ? scan : scan.thenApply(found -> found.withoutWaitedBefore(waited));
    }

    RecordSource source() {
        return source;
    }

    long nowMs() {
        return clock.wallMs();
    }

    Cancellable whenReadable(long offset, Runnable task) {
        return source.whenReadable(offset, task);
    }

    void later(Runnable task) {
        shard.later(task);
    }

    void found(Cursor cursor, long asked, Scan scan) {
        dispatch.found(group(), cursor, asked, scan);
        tellMissedSoon();
    }

    /** Members that keep the order get nothing more until what is undecided now is done or comes again. */
    void doubt() {
        dispatch.doubt(group());
    }

    /**
     * Whether the member gets nothing now: before what it would get something comes back, another one has something of the partition, or nobody
     * knows what comes again.
     */
    boolean hasToWait(String member) {
        var asking = members.get(member);
        return comingBack > 0 || (asking != null && asking.inOrder() && dispatch.isOthersTurn(group(), member));
    }

    Acquisition take(Cursor cursor, Stretch stretch, Demand demand, long news) {
        var member = members.get(demand.member());
        if (member == null) {
            return Acquisition.nothing(news);
        }
        var deadline = member.sessionLock() ? null : lockFromNow();
        var taken = dispatch.take(group(), cursor, stretch, demand, !member.sessionLock(), deadline, news);
        if (member.inOrder() && !taken.isEmpty()) {
            dispatch.beginTurn(demand.member());
        }
        setTimer();
        return taken.isEmpty() ? taken : taken.atHand(source.isAtHand(taken.baseOffset()));
    }

    /** Rounded up, so that what is fetched at about the same time is one run with one end. */
    private Deadline lockFromNow() {
        var end = clock.nanos() + group().settings().lockMs() * 1_000_000L;
        return new Deadline(Math.floorDiv(end, LOCK_GRAIN_NANOS) * LOCK_GRAIN_NANOS + LOCK_GRAIN_NANOS);
    }

    private CompletionStage<Void> settle(
            long below, Function<View<ShareMachine>, Decision<ShareRecord, Settlement.Holds>> decide) {
        return write(below, decide, this::settled).thenApply(holds -> null);
    }

    /** As {@link #settle(long, Function)}, where that may give back what was delivered. Until the disk lets it come nobody gets what lies behind it. */
    private CompletionStage<Void> giveBack(
            long below, Function<View<ShareMachine>, Decision<ShareRecord, Settlement.Holds>> decide) {
        if (source.isSafe(below)) {
            return settle(below, decide);
        }
        comingBack++;
        return source.safe(below, true).handle((safe, failure) -> failure).thenCompose(failure -> {
            comingBack--;
            CompletionStage<Void> settled =
                    failure == null ? settle(below, decide) : CompletableFuture.failedStage(failure);
            news();
            return settled;
        });
    }

    /**
     * Changes what must survive. That must not outlive the records that it is about, all of which are below this offset, or others at their
     * offsets would be taken for done: where they were shown before the disk has them, it waits for that.
     */
    private <T> CompletionStage<T> write(
            long below, Function<View<ShareMachine>, Decision<ShareRecord, T>> decide, Consumer<T> applied) {
        return write(below, decide, applied, true);
    }

    private <T> CompletionStage<T> write(
            long below,
            Function<View<ShareMachine>, Decision<ShareRecord, T>> decide,
            Consumer<T> applied,
            boolean hurried) {
        if (!source.isSafe(below)) {
            return source.safe(below, hurried).thenCompose(safe -> change(decide, applied, hurried));
        }
        return change(decide, applied, hurried);
    }

    private <T> CompletionStage<T> change(
            Function<View<ShareMachine>, Decision<ShareRecord, T>> decide, Consumer<T> applied, boolean hurried) {
        return hurried ? shard.write(decide, applied) : shard.note(decide, applied);
    }

    private static long endOf(List<Acknowledgement> acknowledgements) {
        return endOf(acknowledgements.stream().map(Acknowledgement::range));
    }

    private static long endOf(Stream<OffsetRange> ranges) {
        return ranges.mapToLong(OffsetRange::last).max().orElse(-1) + 1;
    }

    private void settled(Settlement.Holds holds) {
        dispatch.applied(holds, lockFromNow(), GRAVE_DIGGER);
        holds.condemned().stream()
                .flatMap(range -> dispatch.held().within(range).stream())
                .toList()
                .forEach(this::bury);
        if (!holds.unseen().isEmpty() || dispatch.endTurn(group())) {
            news();
        }
        setTimer();
        tellMissedSoon();
    }

    private void bury(OffsetMap.Run<Hold> run) {
        var settings = group().settings();
        var deadLetterTarget = settings.deadLetterTarget();
        var deliveries = run.value().deliveries();
        var cause = deliveries >= settings.maxDeliveries() ? "delivered " + deliveries + " times" : "rejected";
        var buried = deadLetterTarget.isPresent()
                ? deadLetters.bury(id, deadLetterTarget.get(), run.range(), deliveries, cause)
                : CompletableFuture.<Void>completedStage(null);
        buried.whenComplete((done, failure) -> {
            if (failure == null) {
                archive(run);
            } else if (!closed) {
                shard.schedule(RETRY, () -> bury(run));
            }
        });
    }

    /** By itself for as long as the log takes nothing, or each attempt would leave another dead letter. */
    private void archive(OffsetMap.Run<Hold> run) {
        write(
                        run.range().last() + 1,
                        view -> Decision.of(
                                run, List.of(new ShareRecord.Done(id, List.of(run.range()), Outcome.ARCHIVED))),
                        archived -> {})
                .whenComplete((done, failure) -> {
                    if (failure != null && !closed) {
                        shard.schedule(RETRY, () -> archive(run));
                    }
                });
    }

    /** Follows a record of this group that has become part of the state. */
    void applied(ShareRecord record) {
        var group = machine.group(id);
        if (group == null) {
            return;
        }
        var wasFull = !dispatch.hasRoom(group);
        dispatch.applied(group, record, clock);
        boolean endsDoubt = dispatch.endDoubt(group);
        // What is done is no news, save to those whom the limit, a doubt or another one's turn kept waiting.
        if (dispatch.endTurn(group) || endsDoubt || record instanceof ShareRecord.GivenBack || wasFull) {
            news();
        }
        setTimer();
        tellMissedSoon();
    }

    private void news() {
        List.copyOf(lines.values()).forEach(Line::news);
    }

    private CompletionStage<Void> lapse(List<OffsetMap.Run<Hold>> runs) {
        if (runs.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        // All of it together, so that what comes back comes in order.
        var counted = runs.stream().filter(run -> run.value().counts()).map(OffsetMap.Run::range);
        return giveBack(endOf(counted), view -> Settlement.lapse(group(), stillHeld(runs), view.nowMs()))
                .whenComplete((done, failure) -> {
                    if (failure != null && !closed) {
                        shard.schedule(RETRY, () -> lapse(runs));
                    }
                });
    }

    private List<OffsetMap.Run<Hold>> stillHeld(List<OffsetMap.Run<Hold>> runs) {
        return runs.stream()
                .flatMap(run -> dispatch.held().within(run.range()).stream()
                        .filter(now -> now.value().equals(run.value())))
                .toList();
    }

    private void setTimer() {
        var nowNanos = clock.nanos();
        var next = dispatch.nextEnd(nowNanos);
        if (next.isPresent() && nowNanos + next.getAsLong() < timerAtNanos) {
            timer.cancel();
            timerAtNanos = nowNanos + next.getAsLong();
            timer = shard.schedule(Duration.ofNanos(next.getAsLong()), this::timePasses);
        }
    }

    private void timePasses() {
        timerAtNanos = Long.MAX_VALUE;
        lapse(dispatch.lapsed(clock.nanos()));
        if (dispatch.endDelays(clock.nanos())) {
            dispatch.endDoubt(group());
            news();
            tellMissedSoon();
        }
        setTimer();
        tellMissedSoon();
    }

    /** What the group has passed by needs no haste: it would be passed by again. But told now and then, its start moves on. */
    private void tellMissedSoon() {
        if (tellingMissed || dispatch.missed().isEmpty()) {
            return;
        }
        tellingMissed = true;
        shard.schedule(TELL_MISSED, () -> {
            tellingMissed = false;
            if (!dispatch.missed().isEmpty()) {
                var below = source.readableTo();
                write(below, view -> Decision.of(true, passedBy(below)), told -> {})
                        .whenComplete((done, failure) -> {
                            if (failure != null && !closed) {
                                tellMissedSoon();
                            }
                        });
            }
        });
    }

    /** The first offset at or behind this one that the group is not done with. */
    long firstOpen(long from) {
        return group().done().nextGap(Math.max(from, group().startOffset()));
    }

    /**
     * What of the scan's stretch is not there for who only looks: what is done, and what waits for its next delivery. What a member holds is
     * there, for it may come back (Jakarta Messaging §6.8 leaves that open).
     */
    OffsetSet hidden(Scan scan) {
        var hidden = new OffsetSet();
        if (scan.next() > scan.from()) {
            var stretch = new OffsetRange(scan.from(), scan.next() - 1);
            group().done().within(stretch).forEach(hidden::add);
            if (scan.from() < group().startOffset()) {
                hidden.add(new OffsetRange(scan.from(), group().startOffset() - 1));
            }
            dispatch.delayed().within(stretch).forEach(run -> hidden.add(run.range()));
        }
        return hidden;
    }

    private List<ShareRecord> passedBy(long below) {
        var absent =
                below == 0 ? new OffsetSet() : OffsetSet.of(dispatch.missed().within(new OffsetRange(0, below - 1)));
        var expired = new ArrayList<OffsetRange>();
        for (var range : absent.ranges()) {
            expired.addAll(dispatch.expired().within(range));
        }
        expired.forEach(absent::remove);
        var records = new ArrayList<ShareRecord>();
        if (!absent.isEmpty()) {
            records.add(new ShareRecord.Done(id, absent.ranges(), Outcome.ABSENT));
        }
        if (!expired.isEmpty()) {
            records.add(new ShareRecord.Done(id, expired, Outcome.EXPIRED));
        }
        return records;
    }

    ShareProgress progress() {
        var group = group();
        return new ShareProgress(
                id,
                group.settings(),
                group.startOffset(),
                group.done().ranges(),
                dispatch.held().size(),
                group.pending().size(),
                group.archivedCount(),
                group.expiredCount(),
                members.size());
    }

    void close(@Nullable Throwable cause) {
        closed = true;
        timer.cancel();
        var reason = cause == null
                ? new BrokerException(ErrorCode.GROUP_ID_NOT_FOUND, "share group " + id + " has begun anew or is gone")
                : cause;
        List.copyOf(lines.values()).forEach(line -> line.close(reason));
    }
}
