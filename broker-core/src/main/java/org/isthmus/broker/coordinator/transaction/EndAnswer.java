package org.isthmus.broker.coordinator.transaction;

import org.isthmus.broker.common.ErrorCode;

/** What became of a wish to end a transaction, and the identity under which the producer goes on. */
public record EndAnswer(ErrorCode error, ProducerIdentity producer) {
    static EndAnswer refused(ErrorCode error) {
        return new EndAnswer(error, ProducerIdentity.NONE);
    }
}
