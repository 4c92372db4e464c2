package org.isthmus.broker.replica;

/** What an append waits for. */
public enum Durability {
    /** The record is in the log, but may be lost with the machine. */
    WRITTEN,
    /** The record is below the high watermark, and so never lost. */
    COMMITTED
}
