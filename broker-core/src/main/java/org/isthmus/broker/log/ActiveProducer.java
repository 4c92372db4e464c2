package org.isthmus.broker.log;

/**
 * A producer that a log remembers.
 *
 * @param lastSequence of its last batch, or −1
 * @param lastTimestampMs of its last batch, in milliseconds since 1970
 * @param coordinatorEpoch of the last marker that ended a transaction of it, or −1
 * @param transactionStart offset at which its open transaction begins, or −1
 */
public record ActiveProducer(
        long producerId,
        short epoch,
        int lastSequence,
        long lastTimestampMs,
        int coordinatorEpoch,
        long transactionStart) {}
