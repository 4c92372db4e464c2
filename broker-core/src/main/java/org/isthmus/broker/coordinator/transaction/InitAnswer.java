package org.isthmus.broker.coordinator.transaction;

import org.isthmus.broker.common.ErrorCode;

/** The identity that a transactional producer has from now on, or why it gets none. */
public record InitAnswer(ErrorCode error, ProducerIdentity producer) {
    static InitAnswer refused(ErrorCode error) {
        return new InitAnswer(error, ProducerIdentity.NONE);
    }
}
