package org.isthmus.broker.record;

import org.jspecify.annotations.Nullable;

/** A named value beside a record's key and value. Names may repeat; their order is kept. The value is not copied: do not change it. */
@SuppressWarnings("ArrayRecordComponent") // bytes as they are on the wire; nobody compares headers
public record Header(String key, byte @Nullable [] value) {}
