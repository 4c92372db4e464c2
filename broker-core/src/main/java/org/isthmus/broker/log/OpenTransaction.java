package org.isthmus.broker.log;

/**
 * A transaction of which it is not known yet, as far as the log is committed, how it ends: everything that its producer wrote at or above
 * the first offset belongs to it.
 */
public record OpenTransaction(long producerId, long firstOffset) {}
