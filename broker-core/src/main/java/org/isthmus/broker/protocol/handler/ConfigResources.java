package org.isthmus.broker.protocol.handler;

import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/** The kinds of things that have settings, with Kafka's numbers. */
final class ConfigResources {
    static final byte TOPIC = 2;
    static final byte BROKER = 4;
    static final byte GROUP = 32;

    private ConfigResources() {}

    static BrokerException unknown(byte type) {
        return new BrokerException(ErrorCode.INVALID_REQUEST, "there are no settings for resources of type " + type);
    }
}
