package org.isthmus.broker.coordinator.share;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.runtime.Cancellable;

/**
 * Those who want the same of a partition, served in turn. Demands are served from the stretch of the log that was looked at, as many as it has
 * records for; who found nothing waits for news, and news wakes one after another, so that one new record does not set off everybody. Owned by the
 * partition's loop.
 */
final class Line {
    /** Whoever waits for news. */
    interface Waiter {
        /** Called once; false where nobody waits any more, so that the next in line is woken instead. */
        boolean wake();
    }

    private record Request(Demand demand, CompletableFuture<Acquisition> answer) {}

    private record Waiting(long news, Waiter waiter) {}

    private final ShareConsumption owner;
    private final Interest interest;
    private final Deque<Request> requests = new ArrayDeque<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Stretch stretch = new Stretch();
    private boolean scanning;
    private boolean closed;
    private Cancellable watch = () -> {};
    private boolean watching;
    private long news;

    Line(ShareConsumption owner, Interest interest) {
        this.owner = owner;
        this.interest = interest;
    }

    CompletionStage<Acquisition> acquire(Demand demand) {
        var request = new Request(demand, new CompletableFuture<>());
        if (owner.hasToWait(demand.member())) {
            passOver(request);
        } else {
            requests.add(request);
            serve();
        }
        return request.answer();
    }

    private void passOver(Request request) {
        request.answer().complete(Acquisition.nothing(news));
        // It was woken in place of who has the turn, perhaps.
        wakeNext();
    }

    private void serve() {
        if (scanning || requests.isEmpty() || closed) {
            return;
        }
        if (!owner.dispatch().hasRoom(owner.group())) {
            answerNothing();
            return;
        }
        var cursor = owner.dispatch().cursor(owner.group(), interest);
        var asked = firstOpen(cursor.nextToLookAt());
        if (!isStillRight(cursor, asked)) {
            stretch.begin(asked);
        } else if (stretch.isEnough() || owner.source().readableTo() <= stretch.next()) {
            stretch.dropBefore(asked);
            handOut(cursor, news);
            serveLater();
            return;
        }
        scan(cursor);
    }

    /** Whether what was looked at before has what is next, as far as anybody can tell without looking again. */
    private boolean isStillRight(Cursor cursor, long asked) {
        return stretch.holds(asked)
                && !stretch.isOver(owner.nowMs())
                && asked >= owner.source().startOffset()
                && !cursor.isDecidedBefore(stretch.next());
    }

    private void scan(Cursor cursor) {
        scanning = true;
        var from = stretch.next();
        var seenNews = news;
        owner.scan(from, interest, Stretch.ENOUGH_BYTES).whenComplete((scan, failure) -> {
            scanning = false;
            if (closed) {
                return;
            }
            if (failure != null) {
                fail(failure);
                return;
            }
            owner.found(cursor, from, scan);
            stretch.add(scan);
            if (cursor.isDecidedBefore(from)) {
                // What was undecided before this stretch is decided now, and comes first.
                owner.later(this::serve);
                return;
            }
            handOut(cursor, seenNews);
            if (scan.next() <= from) {
                answerNothing(seenNews);
            } else {
                serveLater();
            }
        });
    }

    private void serveLater() {
        if (!requests.isEmpty()) {
            owner.later(this::serve);
        }
    }

    private void handOut(Cursor cursor, long seenNews) {
        while (!requests.isEmpty()) {
            if (owner.hasToWait(requests.element().demand().member())) {
                passOver(requests.remove());
                continue;
            }
            var acquisition = owner.take(cursor, stretch, requests.element().demand(), seenNews);
            if (acquisition.isEmpty()) {
                return;
            }
            requests.remove().answer().complete(acquisition);
            wakeNext();
        }
    }

    private void answerNothing() {
        answerNothing(news);
    }

    private void answerNothing(long seenNews) {
        while (!requests.isEmpty()) {
            requests.remove().answer().complete(Acquisition.nothing(seenNews));
        }
    }

    private void fail(Throwable cause) {
        while (!requests.isEmpty()) {
            requests.remove().answer().completeExceptionally(cause);
        }
    }

    /** Something may be ready that was not. */
    void news() {
        news++;
        wakeNext();
    }

    private void wakeNext() {
        while (!waiting.isEmpty() && waiting.element().news() < news) {
            if (waiting.remove().waiter().wake()) {
                return;
            }
        }
    }

    /** Wakes the waiter once there is news that it did not know. */
    Cancellable whenNews(String member, long known, Waiter waiter) {
        var entry = new Waiting(known, waiter);
        waiting.add(entry);
        if (known < news) {
            wakeNext();
        } else if (!owner.hasToWait(member)) {
            // Who has to wait waits for the end of that, and for no records.
            watch();
        }
        return () -> waiting.remove(entry);
    }

    private void watch() {
        // Where the limit is reached, new records are no news; what is settled will be.
        if (watching || closed || !owner.dispatch().hasRoom(owner.group())) {
            return;
        }
        watching = true;
        // What others have taken and done with before anybody looked at it for this line is no news either.
        var scannedTo = owner.dispatch().cursor(owner.group(), interest).scannedTo();
        watch = owner.whenReadable(firstOpen(scannedTo), () -> {
            watching = false;
            if (!closed) {
                news();
            }
        });
    }

    /** The first offset from this one on that the group is not done with. */
    private long firstOpen(long from) {
        var group = owner.group();
        return group.done().nextGap(Math.max(group.startOffset(), from));
    }

    /** A member has left: its demands are answered with nothing. */
    void left(String member) {
        for (var iterator = requests.iterator(); iterator.hasNext(); ) {
            var request = iterator.next();
            if (request.demand().member().equals(member)) {
                iterator.remove();
                request.answer().complete(Acquisition.nothing(news));
            }
        }
    }

    void close(Throwable cause) {
        closed = true;
        watch.cancel();
        fail(cause);
        while (!waiting.isEmpty()) {
            waiting.remove().waiter().wake();
        }
    }
}
