package org.isthmus.broker.coordinator;

import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * The records of a state machine as bytes. The log is compacted by key, so a record's key names the part of the state that it replaces
 * and a record without a value removes that part.
 *
 * @param <R> the records
 */
public interface RecordCodec<R> {
    byte[] key(R record);

    byte @Nullable [] value(R record);

    /** Fails with {@link IllegalStateException} on what no version of this codec wrote. */
    R decode(LogRecord record);
}
