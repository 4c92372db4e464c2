package org.isthmus.broker.coordinator.share;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.runtime.Cancellable;

/** A partition's records as its share groups read them. Called on the partition's loop, and answers there. */
public interface RecordSource {
    /**
     * Looks at the batches from this offset on: at most this many bytes, but at least one batch if there is one. Reads what every replica has;
     * with {@code committedOnly}, the batches of transactions say how far those have come, else all of them are data.
     *
     * @param asMessages whether records are looked at for their {@link Marks}
     * @throws IllegalArgumentException where the interest has a selector that cannot be read
     */
    CompletionStage<Scan> scan(long from, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes);

    /** The first offset that is kept now. */
    long startOffset();

    /** The first offset that cannot be read yet. */
    long readableTo();

    /** Whether so little lies from this offset on that it was just written, and reading it needs no disk. */
    boolean isAtHand(long offset);

    /** Whether what can be read below the offset is as safe as its topic asks for. */
    boolean isSafe(long offset);

    /**
     * Completes once what can be read now below the offset is as safe as its topic asks for; for who asked about no more before this, before.
     *
     * @param hurried as soon as may be, or in its time
     */
    CompletionStage<Void> safe(long offset, boolean hurried);

    /** The offset that this place is now. */
    CompletionStage<Long> offsetOf(StartAt place);

    /** The end of what can be read now, with what is undecided before it. */
    CompletionStage<Tail> tail();

    /** The place behind all that waits for its time beside the partition now; what will wait takes no place below it, whatever fails. */
    CompletionStage<Long> waitedUpTo();

    /** Runs the task once, as soon as there is something to read at or behind the offset, or the partition is no longer led here. */
    Cancellable whenReadable(long offset, Runnable task);
}
