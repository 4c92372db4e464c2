package org.isthmus.broker.protocol.client;

import org.isthmus.broker.common.BrokerException;

/** Why a request never went to a broker: what it asks for has not happened, and does no harm when it is asked for again. */
final class UnsentException extends BrokerException {
    UnsentException(BrokerException why) {
        super(why.code(), String.valueOf(why.getMessage()), why);
    }
}
