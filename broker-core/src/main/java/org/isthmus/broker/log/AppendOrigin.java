package org.isthmus.broker.log;

/** Who wants to append. */
public enum AppendOrigin {
    /** A producer: whatever it sends is distrusted. */
    CLIENT,
    /** The broker itself, as a coordinator. */
    BROKER,
    /** As {@link #BROKER}, with the end of a transaction under an epoch that only what comes behind it has. */
    NEXT_EPOCH
}
