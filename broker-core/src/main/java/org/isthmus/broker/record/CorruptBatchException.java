package org.isthmus.broker.record;

/** Bytes that are not a batch of format v2, or not the one that its checksum was made for. */
public final class CorruptBatchException extends RuntimeException {
    public CorruptBatchException(String message) {
        super(message);
    }

    public CorruptBatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
