package org.isthmus.broker.protocol.handler;

import org.isthmus.broker.common.ErrorCode;

/** The transaction coordinator's outcomes, in the words that a request's version knows. */
final class TransactionErrors {
    private TransactionErrors() {}

    /** Older versions have one word for a producer whose epoch is over, whoever ended it. */
    static ErrorCode fenced(ErrorCode error, boolean knowsFenced) {
        return error == ErrorCode.PRODUCER_FENCED && !knowsFenced ? ErrorCode.INVALID_PRODUCER_EPOCH : error;
    }

    /** A transaction that cannot go on, but can be aborted; older versions take it for a broken producer. */
    static ErrorCode abortable(ErrorCode error, boolean knowsAbortable) {
        return error == ErrorCode.INVALID_TXN_STATE && knowsAbortable ? ErrorCode.TRANSACTION_ABORTABLE : error;
    }
}
