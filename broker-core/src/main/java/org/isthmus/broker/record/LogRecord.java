package org.isthmus.broker.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One record as it was read from a batch. Arrays are not copied: do not change them. */
@SuppressWarnings("ArrayRecordComponent") // bytes as they are on the wire; nobody compares records
public record LogRecord(
        long offset, long timestampMs, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {}
