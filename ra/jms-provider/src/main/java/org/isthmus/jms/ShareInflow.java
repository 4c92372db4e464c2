package org.isthmus.jms;

import jakarta.jms.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.WaitingThread;
import org.isthmus.jms.mapping.RecordMapping;
import org.jspecify.annotations.Nullable;

/**
 * An inflow that is a member of a share group: the broker hands each record to one member. It holds only what is about to be taken: what {@link
 * Ahead} says for a listener, and for who receives as long as it goes on receiving. What a lost connection brought is dropped here, because
 * the broker hands it out again.
 */
final class ShareInflow implements Inflow {
    // Enough to keep a listener busy during a round trip, and not much for others to wait for.
    private static final int LEAST_FOR_LISTENER = 32;

    private static final int LEAST_FOR_RECEIVER = 1;

    // Who receives nothing for so long lets others have what came ahead.
    private static final Duration IDLE = Duration.ofMillis(50);

    private static final Duration LONGEST_POLL = Duration.ofSeconds(10);

    /** What the consumer wants. Asked with the session's lock. */
    interface Demand {
        /** Whether records may come ahead. */
        boolean isFlowing();

        /** Whether somebody waits for a record. */
        boolean isReceiving();

        /** Whether delivery takes place now. */
        boolean isStarted();
    }

    private record Place(TopicPartition partition, long offset) {
        static Place of(FetchedRecord fetched) {
            return new Place(fetched.partition(), fetched.record().offset());
        }

        static Place of(ShareDelivery delivery) {
            return new Place(delivery.partition(), delivery.record().offset());
        }
    }

    /** A record on loan; {@code again} counts the deliveries before this one that this session has had itself. */
    private record Held(ShareDelivery delivery, int again) {
        int deliveryCount() {
            return delivery.deliveryCount() + again;
        }
    }

    /** What was acknowledged together; done when that and all before it is answered. */
    private record Commit(List<Held> accepted, CompletableFuture<@Nullable Void> done) {}

    private final ReentrantLock lock;
    private final Clock clock;
    private final ShareStream stream;
    private final Demand demand;
    private final Inflow.Observer observer;
    private final boolean acknowledgesByItself;

    private final Ahead ahead;
    private final Deque<Held> buffer = new ArrayDeque<>();
    // Handed out and not acknowledged, in the order of handing out.
    private final Map<Place, Held> handed = new LinkedHashMap<>();
    private final List<Held> accepted = new ArrayList<>();
    // Said to be done with, and not answered yet.
    private final Deque<Commit> underWay = new ArrayDeque<>();
    // Whether something that is handed out lies in the buffer once more.
    private boolean cameAgain;
    private final Aftermath aftermath = new Aftermath();
    // Handed out in a transaction that failed to take them in.
    private final List<ShareDelivery> outside = new ArrayList<>();
    private boolean polling;
    private boolean pollingAhead;
    // Whether the broker had nothing when more was to come ahead: who has taken what is here asks, and waits for it.
    private boolean nothingAhead;
    // Whether what is polled lies behind what was given back since, and so would come before it.
    private boolean pollIsStale;
    // Whether something goes back that a poll must not overtake.
    private boolean givingBack;
    private long polledAtNanos;
    private long takenAtNanos;
    private boolean watchingIdleness;
    private int unanswered;
    private boolean paused;
    private boolean closed;
    private boolean left;
    private @Nullable Throwable failure;
    private volatile CompletableFuture<@Nullable Void> latestCommit = CompletableFuture.completedFuture(null);
    private CompletableFuture<@Nullable Void> transactionTold = CompletableFuture.completedFuture(null);

    /** @param acknowledgesByItself whether the application never hears whether an acknowledgement came in time */
    ShareInflow(
            ReentrantLock lock,
            Clock clock,
            ShareStream stream,
            Demand demand,
            Inflow.Observer observer,
            boolean acknowledgesByItself) {
        this.lock = lock;
        this.clock = clock;
        ahead = new Ahead(clock.nanos());
        this.stream = stream;
        this.demand = demand;
        this.observer = observer;
        this.acknowledgesByItself = acknowledgesByItself;
    }

    // Asking

    @Override
    public boolean isAskedFirst() {
        return !demand.isFlowing();
    }

    @Override
    public boolean isAsking() {
        return polling || givingBack;
    }

    @Override
    public void ask(Duration longestWait) {
        int most;
        lock.lock();
        try {
            if (!mayPoll()) {
                return;
            }
            polling = true;
            pollingAhead = false;
            nothingAhead = false;
            polledAtNanos = clock.nanos();
            most = ahead.next(LEAST_FOR_RECEIVER, polledAtNanos);
        } finally {
            lock.unlock();
        }
        poll(most, longestWait.compareTo(LONGEST_POLL) < 0 ? longestWait : LONGEST_POLL);
    }

    @Override
    public void pump() {
        boolean flows;
        int room;
        lock.lock();
        try {
            // Half of it at a time, lest every record cost a round trip.
            if (!mayPoll() || !demand.isStarted() || buffer.size() > ahead.size() / 2) {
                return;
            }
            flows = demand.isFlowing();
            if (!flows && (buffer.isEmpty() || nothingAhead || !demand.isReceiving())) {
                return; // asks when it needs one
            }
            int least = flows ? LEAST_FOR_LISTENER : LEAST_FOR_RECEIVER;
            room = ahead.next(least, clock.nanos()) - buffer.size();
            if (room <= 0) {
                return;
            }
            polling = true;
            pollingAhead = true;
        } finally {
            lock.unlock();
        }
        poll(room, flows ? LONGEST_POLL : Duration.ZERO);
    }

    private boolean mayPoll() {
        return !polling && !givingBack && !paused && !closed && failure == null;
    }

    private void poll(int most, Duration longestWait) {
        stream.poll(most, longestWait).whenComplete((deliveries, refused) -> {
            if (deliveries == null || refused != null) {
                failed(refused);
            } else {
                polled(deliveries, most, longestWait);
            }
        });
    }

    private void failed(@Nullable Throwable refused) {
        pollIsOver();
        fail(refused == null ? new IllegalStateException("a poll without an answer") : JmsErrors.unwrapped(refused));
    }

    private void pollIsOver() {
        lock.lock();
        try {
            polling = false;
            pollIsStale = false;
        } finally {
            lock.unlock();
        }
    }

    private void polled(List<ShareDelivery> deliveries, int most, Duration longestWait) {
        boolean unwanted;
        boolean nothingNew = false;
        lock.lock();
        try {
            if (pollingAhead) {
                nothingAhead = deliveries.isEmpty();
            } else {
                ahead.waited(clock.nanos() - polledAtNanos);
            }
            boolean goesOn = pollingAhead && !isIdle();
            unwanted = closed || paused || pollIsStale || !(demand.isFlowing() || demand.isReceiving() || goesOn);
            if (!unwanted) {
                int before = buffer.size();
                deliveries.forEach(this::keep);
                orderByPriority();
                nothingNew = buffer.size() == before && !deliveries.isEmpty();
                watchIdleness();
                polling = nothingNew;
            }
        } finally {
            lock.unlock();
        }
        if (nothingNew) {
            var unused = commit();
            poll(most, longestWait);
            return;
        }
        if (unwanted) {
            var unused = giveBack(deliveries); // who asked has gone away, or what comes back goes first
            pollIsOver(); // no earlier: the next poll would bring what lies behind
        }
        observer.arrived();
        pump();
    }

    private boolean isIdle() {
        return clock.nanos() - takenAtNanos >= IDLE.toNanos();
    }

    private void watchIdleness() {
        if (!watchingIdleness && !demand.isFlowing() && !buffer.isEmpty()) {
            watchingIdleness = true;
            stream.later(IDLE, this::giveBackIfIdle);
        }
    }

    private void giveBackIfIdle() {
        var back = new ArrayList<ShareDelivery>();
        lock.lock();
        try {
            watchingIdleness = false;
            if (closed || !isIdle() || demand.isFlowing() || demand.isReceiving()) {
                watchIdleness();
                return;
            }
            buffer.stream().filter(held -> held.again() == 0).forEach(held -> back.add(held.delivery()));
            buffer.removeIf(held -> held.again() == 0);
            if (back.isEmpty()) {
                return;
            }
            pollIsStale |= polling;
            givingBack = true;
        } finally {
            lock.unlock();
        }
        var unused = giveBack(back);
        lock.lock();
        try {
            givingBack = false;
        } finally {
            lock.unlock();
        }
        observer.arrived(); // whoever receives may ask now
        pump();
    }

    /** A lost connection may have brought the same before, and the broker does not know all that became of that. */
    private void keep(ShareDelivery delivery) {
        var place = Place.of(delivery);
        if (aftermath.isDone(delivery)
                || isUnderWay(place, delivery)
                || accepted.removeIf(it -> place.equals(Place.of(it.delivery())))) {
            aftermath.forget(delivery);
            accepted.add(new Held(delivery, 0));
            return;
        }
        var before = handed.get(place);
        if (before != null) {
            aftermath.delivered(delivery, before.deliveryCount());
            cameAgain = true;
        }
        buffer.add(new Held(delivery, aftermath.uncounted(delivery)));
        aftermath.forget(delivery);
    }

    /** Whether the session has said that it is done with this, over a connection that is lost: it has yet to hear that this came too late. */
    private boolean isUnderWay(Place place, ShareDelivery delivery) {
        var oldest = underWay.peek();
        // Looked at for each record, so what most often rules it out comes first: nothing was lost.
        return oldest != null
                && acknowledgesByItself
                && oldest.accepted().get(0).delivery().session() != delivery.session()
                && underWay.stream()
                        .flatMap(commit -> commit.accepted().stream())
                        .anyMatch(it ->
                                it.delivery().session() != delivery.session() && place.equals(Place.of(it.delivery())));
    }

    /** What came ahead already may have to wait for what came now. The broker names records in the order of the log. */
    private void orderByPriority() {
        if (buffer.stream().anyMatch(held -> priority(held.delivery()) != Message.DEFAULT_PRIORITY)) {
            var ordered = new ArrayList<>(buffer);
            ordered.sort(Comparator.comparingInt(held -> -priority(held.delivery())));
            buffer.clear();
            buffer.addAll(ordered);
        }
    }

    private static int priority(ShareDelivery delivery) {
        return RecordMapping.priority(delivery.record());
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

    // Handing out

    @Override
    public boolean hasNext() {
        while (!buffer.isEmpty() && !stream.holds(buffer.element().delivery())) {
            buffer.remove();
        }
        return !buffer.isEmpty();
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public @Nullable FetchedRecord take() {
        if (!hasNext()) {
            return null;
        }
        var held = buffer.remove();
        ahead.took(1);
        takenAtNanos = clock.nanos();
        handed.put(Place.of(held.delivery()), held);
        return new FetchedRecord(held.delivery().partition(), held.delivery().record());
    }

    @Override
    public void putBack(FetchedRecord fetched) {
        var held = handed.remove(Place.of(fetched));
        if (held != null) {
            buffer.addFirst(held);
        }
    }

    @Override
    public int deliveryCount(FetchedRecord fetched) {
        var held = handed.get(Place.of(fetched));
        return held == null ? 1 : held.deliveryCount();
    }

    @Override
    public void seen(FetchedRecord fetched) {
        var held = handed(fetched);
        if (held != null) {
            // Before the application can bring this process down, and sooner done here than handed to another thread.
            WaitingThread.begin(() -> say(List.of(held.delivery()), Settlement.SEEN));
        }
    }

    private @Nullable Held handed(FetchedRecord fetched) {
        lock.lock();
        try {
            return handed.get(Place.of(fetched));
        } finally {
            lock.unlock();
        }
    }

    /** Where it is not to be delivered again at once, the broker decides what becomes of it. */
    @Override
    public AfterFailure failed(FetchedRecord fetched, int attempt) {
        Held failed;
        lock.lock();
        try {
            failed = handed.get(Place.of(fetched));
            if (failed == null || !isForTheBroker(failed.deliveryCount() + attempt - 1)) {
                return AfterFailure.AGAIN;
            }
            handed.remove(Place.of(fetched));
        } finally {
            lock.unlock();
        }
        say(List.of(failed.delivery()), Settlement.RELEASE);
        return AfterFailure.SETTLED;
    }

    private boolean isForTheBroker(int deliveries) {
        var redelivery = stream.redelivery();
        return redelivery.isDelayed() || deliveries >= redelivery.maxDeliveries();
    }

    @Override
    public void drop(FetchedRecord fetched) {
        Held held;
        lock.lock();
        try {
            held = handed.remove(Place.of(fetched));
        } finally {
            lock.unlock();
        }
        if (held != null) {
            say(List.of(held.delivery()), Settlement.ACCEPT_EVENTUALLY);
        }
    }

    // What became of it

    @Override
    public boolean hasUnacknowledged() {
        return !handed.isEmpty();
    }

    @Override
    public void acknowledge() {
        if (cameAgain && acknowledgesByItself) {
            acceptWhatCameAgain();
        }
        cameAgain = false;
        accepted.addAll(handed.values());
        handed.clear();
    }

    /** It was being worked at when its connection was lost, and is done now: so is what the next connection brought of it. */
    private void acceptWhatCameAgain() {
        for (var again = buffer.iterator(); again.hasNext(); ) {
            var held = again.next();
            if (handed.remove(Place.of(held.delivery())) != null) {
                accepted.add(held);
                again.remove();
            }
        }
    }

    @Override
    public CompletableFuture<@Nullable Void> commit() {
        List<Held> toAccept;
        CompletableFuture<@Nullable Void> before;
        var done = new CompletableFuture<@Nullable Void>();
        lock.lock();
        try {
            if (accepted.isEmpty()) {
                return latestCommit();
            }
            before = latestCommit;
            toAccept = List.copyOf(accepted);
            accepted.clear();
            unanswered += toAccept.size();
            underWay.add(new Commit(toAccept, done));
            latestCommit = done;
        } finally {
            lock.unlock();
        }
        var settlement = acknowledgesByItself ? Settlement.ACCEPT_EVENTUALLY : Settlement.ACCEPT;
        var settled = ShareSettlements.inRows(
                toAccept.stream().map(Held::delivery).toList(),
                (row, lastOffset) -> stream.settle(row.get(0), lastOffset, settlement)
                        .whenComplete((nothing, refused) -> {
                            if (refused != null) {
                                notAccepted(toAccept, row, refused);
                            }
                        }));
        // What was not accepted is delivered again; who only must know that it has ended does not fail with it.
        var ended = settled.exceptionally(failure -> acknowledgesByItself ? null : unlessTooLate(failure));
        var unused = CompletableFuture.allOf(before, ended).whenComplete((nothing, refused) -> {
            oldestAnswered();
            if (refused == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(JmsErrors.unwrapped(refused));
            }
        });
        return settled;
    }

    /** Each waits for the one before. */
    private void oldestAnswered() {
        lock.lock();
        try {
            unanswered -= underWay.remove().accepted().size();
        } finally {
            lock.unlock();
        }
    }

    private void notAccepted(List<Held> all, List<ShareDelivery> row, Throwable refused) {
        lock.lock();
        try {
            if (!acknowledgesByItself && ShareSettlements.isRefusedForNow(refused) && stream.holds(row.get(0))) {
                handedStill(all, row);
                return;
            }
            for (var held : all) {
                if (acknowledgesByItself && row.contains(held.delivery())) {
                    aftermath.done(held.delivery());
                } else if (row.contains(held.delivery())) {
                    aftermath.delivered(held.delivery(), held.deliveryCount());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** As before the acknowledgement, so it can be said again, or the messages recovered: before what was handed out since. */
    private void handedStill(List<Held> all, List<ShareDelivery> row) {
        var since = new LinkedHashMap<>(handed);
        handed.clear();
        for (var held : all) {
            var place = Place.of(held.delivery());
            if (since.remove(place) != null || row.contains(held.delivery())) {
                handed.put(place, held);
            }
        }
        handed.putAll(since);
    }

    private static @Nullable Void unlessTooLate(Throwable failure) {
        var cause = JmsErrors.unwrapped(failure);
        if (cause instanceof BrokerException refused && refused.code() == ErrorCode.INVALID_RECORD_STATE) {
            return null;
        }
        throw new CompletionException(cause);
    }

    @Override
    public CompletableFuture<@Nullable Void> latestCommit() {
        var latest = latestCommit;
        if (latest.isCompletedExceptionally()) {
            // Nothing can be said again of a record whose settlement failed: it was given back, or will be.
            return CompletableFuture.completedFuture(null);
        }
        return latest;
    }

    @Override
    public CompletableFuture<@Nullable Void> commitsUnderWay() {
        lock.lock();
        try {
            return unanswered < Aftermath.MOST_UNANSWERED ? CompletableFuture.completedFuture(null) : olderHalf();
        } finally {
            lock.unlock();
        }
    }

    /** Not all of it: the broker is not asked for the newest at once. */
    private CompletableFuture<@Nullable Void> olderHalf() {
        var left = unanswered;
        for (var commit : underWay) {
            left -= commit.accepted().size();
            if (left <= Aftermath.MOST_UNANSWERED / 2) {
                return commit.done();
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** For what needs no answer: where it came too late, the broker has done the same by itself, and what it refuses for now the stream says again. */
    private void say(Collection<ShareDelivery> deliveries, Settlement settlement) {
        var unused = ShareSettlements.settle(stream, deliveries, settlement);
    }

    @Override
    public void acknowledge(Transaction transaction) {
        List<ShareDelivery> toAccept;
        lock.lock();
        try {
            toAccept = handed.values().stream().map(Held::delivery).toList();
            handed.clear();
        } finally {
            lock.unlock();
        }
        for (var delivery : toAccept) {
            var told = transaction
                    .acknowledge(stream, delivery, delivery.record().offset())
                    .handle((done, refused) -> {
                        if (refused != null) {
                            notAcknowledged(delivery);
                        }
                        return null;
                    });
            lock.lock();
            try {
                transactionTold = CompletableFuture.allOf(transactionTold, told.toCompletableFuture());
            } finally {
                lock.unlock();
            }
        }
    }

    /** The transaction cannot commit now, and its rollback does not give back what it does not have. */
    private void notAcknowledged(ShareDelivery delivery) {
        lock.lock();
        try {
            outside.add(delivery);
        } finally {
            lock.unlock();
        }
    }

    /** With everything, also what was told first that it was not: the answer may have been lost. */
    @Override
    public void committed() {
        lock.lock();
        try {
            outside.clear();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<@Nullable Void> rollingBack() {
        var ahead = new ArrayList<ShareDelivery>();
        lock.lock();
        try {
            paused = true;
            pollIsStale = polling;
            buffer.forEach(held -> ahead.add(held.delivery()));
            buffer.clear();
        } finally {
            lock.unlock();
        }
        return giveBack(ahead);
    }

    /** What nobody has seen; what lies behind it goes first. */
    private CompletableFuture<@Nullable Void> giveBack(Collection<ShareDelivery> unseen) {
        var behind = stream.giveBackUnpolled().toCompletableFuture();
        // What a lost connection brought has gone back by itself; what is refused for now goes back as soon as it can.
        var back = ShareSettlements.settle(stream, unseen, Settlement.RELEASE_UNSEEN)
                .exceptionally(tooLate -> null);
        return CompletableFuture.allOf(behind, back);
    }

    @Override
    public void rolledBack() {
        lock.lock();
        try {
            paused = false;
        } finally {
            lock.unlock();
        }
        releaseOutside();
        pump();
    }

    /** Delivered all the same. */
    private void releaseOutside() {
        List<ShareDelivery> toRelease;
        lock.lock();
        try {
            toRelease = List.copyOf(outside);
            outside.clear();
        } finally {
            lock.unlock();
        }
        say(toRelease, Settlement.RELEASE);
    }

    /**
     * The session gets again what it had, in order (§6.2.10); what a lost connection has taken back comes from the broker, and what is to wait or
     * has come back too often goes there.
     */
    @Override
    public void recover() {
        boolean any;
        var released = new ArrayList<ShareDelivery>();
        lock.lock();
        try {
            var again = new ArrayList<>(handed.values());
            handed.clear();
            for (int i = again.size() - 1; i >= 0; i--) {
                var held = again.get(i);
                if (isForTheBroker(held.deliveryCount())) {
                    released.add(0, held.delivery());
                } else {
                    buffer.addFirst(new Held(held.delivery(), held.again() + 1));
                }
            }
            any = hasNext();
        } finally {
            lock.unlock();
        }
        say(released, Settlement.RELEASE);
        if (any) {
            observer.arrived();
        }
        pump();
    }

    // The end

    @Override
    public void close() {
        var unseen = new ArrayList<ShareDelivery>();
        var seen = new ArrayList<ShareDelivery>();
        lock.lock();
        try {
            closed = true;
            buffer.forEach(held -> (held.again() == 0 ? unseen : seen).add(held.delivery()));
            buffer.clear();
        } finally {
            lock.unlock();
        }
        say(unseen, Settlement.RELEASE_UNSEEN);
        say(seen, Settlement.RELEASE);
    }

    @Override
    public CompletableFuture<@Nullable Void> abandon() {
        CompletableFuture<@Nullable Void> told;
        lock.lock();
        try {
            closed = true;
            told = transactionTold;
            handed.clear();
            if (left) {
                return CompletableFuture.completedFuture(null);
            }
            left = true;
        } finally {
            lock.unlock();
        }
        // What a stream still holds goes back when it leaves, so a transaction must have taken over first what is its.
        return told.thenCompose(nothing -> {
            releaseOutside();
            return stream.leave();
        });
    }
}
