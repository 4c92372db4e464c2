package org.isthmus.broker.coordinator.share;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.runtime.Cancellable;

/** A partition in memory. A record is a letter; an interest's selector is the letters that it wants; batches without data are control batches. */
final class MemoryRecords implements RecordSource {
    private record Batch(long base, String letters, boolean data) {
        long last() {
            return base + letters.length() - 1;
        }
    }

    private record Watch(long offset, Runnable task) {}

    private final VirtualLoop loop;
    private final Supplier<Duration> delay;
    private final List<Batch> batches = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();
    private final Map<Long, Long> endsMs = new HashMap<>();
    private final Map<Long, Long> places = new HashMap<>();
    private final List<OffsetRange> undecided = new ArrayList<>();
    private long start;
    private long end;
    private int lookedAt;
    private long safeBelow;
    private long nextPlace;
    private CompletableFuture<Void> safe = CompletableFuture.completedFuture(null);
    /** In the order in which they are told. */
    private final Queue<CompletableFuture<Void>> askedForSafety = new ArrayDeque<>();

    MemoryRecords(VirtualLoop loop, Supplier<Duration> delay) {
        this.loop = loop;
        this.delay = delay;
    }

    void append(String letters, boolean data) {
        batches.add(new Batch(end, letters, data));
        end += letters.length();
        for (var watch : List.copyOf(watches)) {
            if (watch.offset() < end) {
                watches.remove(watch);
                loop.execute(watch.task());
            }
        }
    }

    void deleteBelow(long offset) {
        start = Math.max(start, offset);
        batches.removeIf(batch -> batch.last() < start);
    }

    int batchesLookedAt() {
        return lookedAt;
    }

    long end() {
        return end;
    }

    @Override
    public long startOffset() {
        return start;
    }

    @Override
    public long readableTo() {
        return end;
    }

    @Override
    public boolean isAtHand(long offset) {
        return true;
    }

    @Override
    public boolean isSafe(long offset) {
        return offset <= safeBelow || safe.isDone();
    }

    @Override
    public CompletionStage<Void> safe(long offset, boolean hurried) {
        if (isSafe(offset)) {
            return CompletableFuture.completedFuture(null);
        }
        var told = new CompletableFuture<Void>();
        askedForSafety.add(told);
        return told;
    }

    /** Nothing is safe from this offset on until the stage completes. */
    void unsafe(long from, CompletableFuture<Void> stored) {
        safeBelow = from;
        safe = stored;
        var unused = stored.whenComplete((done, failure) -> {
            for (var told = askedForSafety.poll(); told != null; told = askedForSafety.poll()) {
                if (failure == null) {
                    told.complete(null);
                } else {
                    told.completeExceptionally(failure);
                }
            }
        });
    }

    /** Whether there is a record here that consumers may see. */
    boolean isData(long offset) {
        return batches.stream().anyMatch(batch -> batch.data() && batch.base() <= offset && offset <= batch.last());
    }

    char letter(long offset) {
        return batches.stream()
                .filter(batch -> batch.base() <= offset && offset <= batch.last())
                .map(batch -> batch.letters().charAt((int) (offset - batch.base())))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public CompletionStage<Scan> scan(
            long from, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes) {
        var answer = new CompletableFuture<Scan>();
        var scan = scanNow(from, interest, maxBytes);
        loop.schedule(delay.get(), () -> answer.complete(scan));
        return answer;
    }

    private Scan scanNow(long asked, Interest interest, int maxBytes) {
        var from = Math.max(asked, start);
        var found = new ArrayList<Scan.Batch>();
        var next = from;
        var bytes = 0;
        for (var batch : batches) {
            if (batch.last() < from) {
                continue;
            }
            bytes += batch.letters().length();
            if (!found.isEmpty() && bytes > maxBytes) {
                break;
            }
            var range = new OffsetRange(Math.max(from, batch.base()), batch.last());
            found.add(new Scan.Batch(
                    range,
                    batch.base(),
                    batch.letters().length(),
                    batch.data() ? Scan.Content.DATA : Scan.Content.MARKER,
                    -1,
                    matching(batch, range, interest),
                    marks(batch, range)));
            next = batch.last() + 1;
        }
        lookedAt += found.size();
        return new Scan(from, next, found);
    }

    /** Digits are records of that priority; {@link #expire} says whose time ends. */
    private Marks marks(Batch batch, OffsetRange range) {
        var urgent = new ArrayList<Marks.Urgent>();
        var over = new ArrayList<OffsetRange>();
        var waited = new ArrayList<Marks.Waited>();
        var nextEndMs = Marks.NEVER;
        for (var offset = range.first(); offset <= range.last(); offset++) {
            var letter = batch.letters().charAt((int) (offset - batch.base()));
            if (Character.isDigit(letter) && letter != '4') {
                urgent.add(new Marks.Urgent(offset, letter - '0'));
            }
            long endMs = endsMs.getOrDefault(offset, Marks.NEVER);
            if (endMs <= loop.wallMs()) {
                over.add(OffsetRange.of(offset));
            } else {
                nextEndMs = Math.min(nextEndMs, endMs);
            }
            var place = places.get(offset);
            if (place != null) {
                waited.add(new Marks.Waited(offset, place));
            }
        }
        return new Marks(over, nextEndMs, urgent, waited);
    }

    /** The record's time is over after this one. */
    void expire(long offset, Duration after) {
        endsMs.put(offset, loop.wallMs() + after.toMillis());
    }

    private static List<OffsetRange> matching(Batch batch, OffsetRange range, Interest interest) {
        if (interest.isEverything()) {
            return List.of(range);
        }
        var matching = new ArrayList<OffsetRange>();
        for (var offset = range.first(); offset <= range.last(); offset++) {
            if (interest.selector().orElseThrow().indexOf(batch.letters().charAt((int) (offset - batch.base()))) >= 0) {
                matching.add(OffsetRange.of(offset));
            }
        }
        return matching;
    }

    @Override
    public CompletionStage<Long> offsetOf(StartAt place) {
        return CompletableFuture.completedStage(
                place instanceof StartAt.Earliest ? start : place instanceof StartAt.AtOffset at ? at.offset() : end);
    }

    @Override
    public CompletionStage<Tail> tail() {
        return CompletableFuture.completedStage(new Tail(end, undecided));
    }

    @Override
    public CompletionStage<Long> waitedUpTo() {
        return CompletableFuture.completedStage(nextPlace);
    }

    /** The record at this offset has waited from this place on. */
    void waited(long offset, long place) {
        places.put(offset, place);
    }

    /** A transaction that is open wrote what is from here to there. */
    void undecided(long first, long last) {
        undecided.add(new OffsetRange(first, last));
    }

    /** So many wait or have waited. */
    void waiting(long count) {
        nextPlace = count;
    }

    @Override
    public Cancellable whenReadable(long offset, Runnable task) {
        var watch = new Watch(offset, task);
        if (offset < end) {
            loop.execute(task);
        } else {
            watches.add(watch);
        }
        return () -> watches.remove(watch);
    }
}
