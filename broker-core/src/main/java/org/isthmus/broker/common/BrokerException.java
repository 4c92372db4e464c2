package org.isthmus.broker.common;

import org.jspecify.annotations.Nullable;

/**
 * A request that the broker, or the way to it, refused. The code is what goes on the wire; the message tells a person which
 * topic, group, offset or setting it is about.
 */
public class BrokerException extends RuntimeException {
    private final ErrorCode code;

    public BrokerException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public BrokerException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
