package org.isthmus.broker.log;

import org.isthmus.broker.runtime.StoredFile;

/**
 * Whole batches in a row, as a range of a segment's file. The first batch may begin below the offset that was asked for. Holds the
 * segment's file open, also when the segment is deleted meanwhile, until {@link #release}, which its holder calls once.
 */
public record LogSlice(StoredFile file, long position, int length, Runnable onRelease) {
    public boolean isEmpty() {
        return length == 0;
    }

    public void release() {
        onRelease.run();
    }
}
