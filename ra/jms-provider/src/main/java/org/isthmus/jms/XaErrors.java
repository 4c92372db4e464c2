package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.TransactionRolledBackException;
import javax.transaction.xa.XAException;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/** Failures as transaction managers know them (X/Open XA §3.3). */
final class XaErrors {
    private XaErrors() {}

    static XAException of(int code, String text) {
        var error = new XAException(text);
        error.errorCode = code;
        return error;
    }

    /** A refusal of the broker; where it does not say what became of the branch, the manager is to try again. */
    static XAException of(JMSException failure) {
        var code =
                failure instanceof TransactionRolledBackException ? XAException.XA_RBROLLBACK : XAException.XAER_RMFAIL;
        if (failure.getLinkedException() instanceof BrokerException refused) {
            code = codeOf(refused.code());
        }
        var error = of(code, String.valueOf(failure.getMessage()));
        error.initCause(failure);
        return error;
    }

    private static int codeOf(ErrorCode refusal) {
        return switch (refusal) {
            // The latter: what was to be acknowledged is not held any more.
            case TRANSACTION_ABORTABLE, INVALID_RECORD_STATE -> XAException.XA_RBROLLBACK;
            case TRANSACTIONAL_ID_NOT_FOUND -> XAException.XAER_NOTA;
            case INVALID_TXN_STATE -> XAException.XAER_PROTO;
            default -> XAException.XAER_RMFAIL;
        };
    }
}
