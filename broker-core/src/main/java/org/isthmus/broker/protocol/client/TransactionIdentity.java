package org.isthmus.broker.protocol.client;

/**
 * Under which a transaction writes; nobody else has it.
 *
 * @param timeoutMs after which its coordinator rolls its transactions back
 */
record TransactionIdentity(String transactionalId, long producerId, short epoch, int timeoutMs) {
    /** For the next transaction, after the end of one. */
    TransactionIdentity goingOn(long nextProducerId, short nextEpoch) {
        return new TransactionIdentity(transactionalId, nextProducerId, nextEpoch, timeoutMs);
    }
}
