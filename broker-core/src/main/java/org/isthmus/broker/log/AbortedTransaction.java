package org.isthmus.broker.log;

/**
 * A transaction whose records do not count.
 *
 * @param firstOffset offset of its first record in this partition
 * @param markerOffset offset of the marker that ended it
 * @param lastStableOffset everything below belonged to no open transaction once the marker was written
 */
public record AbortedTransaction(long producerId, long firstOffset, long markerOffset, long lastStableOffset) {}
