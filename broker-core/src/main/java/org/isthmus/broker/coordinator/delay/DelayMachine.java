package org.isthmus.broker.coordinator.delay;

import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.coordinator.StateMachine;
import org.jspecify.annotations.Nullable;

/**
 * How far the delayed records of one partition have been moved, and a window on those that wait. Owned by the partition's loop. A record waits
 * exactly while its place is after {@code moved}: whoever takes one in sees to that.
 */
final class DelayMachine implements StateMachine<DelayRecord> {
    private final int windowSize;
    private Backlog backlog;
    private @Nullable Backlog refill;
    /** What has been heard since the refill began. */
    private final List<Backlog.News> meanwhile = new ArrayList<>();

    private Due moved = Due.NOTHING;
    private DelayRecord.@Nullable Moving moving;
    private long producerId = -1;
    private int nextSequence;
    private long lastMovedOffset = -1;

    DelayMachine(int windowSize) {
        this.windowSize = windowSize;
        this.backlog = new Backlog(windowSize);
    }

    @Override
    public void replay(long offset, DelayRecord record) {
        record.replayOn(this, offset);
    }

    void heard(Backlog.News news) {
        news.tell(backlog, moved);
        if (refill != null) {
            meanwhile.add(news);
        }
    }

    void moving(DelayRecord.Moving begun) {
        moving = begun;
    }

    void moved(DelayRecord.Moved done, long offset) {
        moving = null;
        moved = done.upTo();
        producerId = done.producerId();
        nextSequence = done.nextSequence();
        lastMovedOffset = offset;
        backlog.window().removeUpTo(moved);
    }

    DelayWindow window() {
        return backlog.window();
    }

    Backlog backlog() {
        return backlog;
    }

    /** A backlog is only a cache of the log. This one is to be told what the log has; what comes from now on it hears at the end. */
    Backlog beginRefill() {
        refill = new Backlog(windowSize);
        meanwhile.clear();
        return refill;
    }

    void endRefill(Backlog filled) {
        meanwhile.forEach(news -> news.tell(filled, moved));
        meanwhile.clear();
        backlog = filled;
        refill = null;
    }

    /** Whatever is due then or earlier has been moved, or is being moved, so what comes now with such a time must not wait. */
    long passedMs() {
        return moving == null ? moved.atMs() : moving.upTo().atMs();
    }

    Due moved() {
        return moved;
    }

    DelayRecord.@Nullable Moving moving() {
        return moving;
    }

    /** −1 where there is none yet. */
    long producerId() {
        return producerId;
    }

    int nextSequence() {
        return nextSequence;
    }

    /** The offset of the record that holds the state; older ones that do not wait are not needed. */
    long lastMovedOffset() {
        return lastMovedOffset;
    }
}
