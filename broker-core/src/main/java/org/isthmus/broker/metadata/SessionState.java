package org.isthmus.broker.metadata;

/**
 * How sure a broker may be that the cluster counts it among the living.
 *
 * <pre>
 * NEW ──registered──▶ HELD ◀──▶ SUSPENDED
 *  ▲                   │            │
 *  └────────────── LOST ◀───────────┘
 * </pre>
 */
public enum SessionState {
    /** The store is reached and the broker not registered. It leads nothing, whatever the image says, until it is. */
    NEW,
    /** Registered, and heard by the store within the session's time. */
    HELD,
    /** The store is not reached, and the session may be over or not. Nothing can be changed; what is led is served on, and what is in sync stays so. */
    SUSPENDED,
    /** The session is over and others may lead by now. The broker steps down: each of its partitions follows nobody until the state is HELD again. */
    LOST
}
