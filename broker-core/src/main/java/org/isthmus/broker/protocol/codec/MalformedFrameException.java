package org.isthmus.broker.protocol.codec;

/** Bytes from the other side that are not what the protocol allows there. The connection cannot go on. */
public final class MalformedFrameException extends RuntimeException {
    public MalformedFrameException(String message) {
        super(message);
    }

    public MalformedFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
