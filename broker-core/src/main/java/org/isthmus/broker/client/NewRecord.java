package org.isthmus.broker.client;

import java.util.List;
import org.isthmus.broker.record.Header;
import org.jspecify.annotations.Nullable;

/** A record on its way to the log. Arrays are not copied: do not change them until the send is answered. */
@SuppressWarnings("ArrayRecordComponent") // bytes as they go on the wire; nobody compares records
public record NewRecord(long timestampMs, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {}
