package org.isthmus.broker.coordinator.share;

/** What a member says of records in a row that it holds. */
public record Acknowledgement(OffsetRange range, Verdict verdict) {}
