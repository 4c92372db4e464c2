package org.isthmus.broker.coordinator.delay;

import org.isthmus.broker.coordinator.Bytes;

/**
 * A record on its way into the log of those that wait.
 *
 * @param atMs when it is to be in its partition, in milliseconds since 1970
 * @param batch it alone, as its producer made it
 */
public record Delayed(long atMs, Bytes batch) {
    /** What is due earlier is moved then, behind what was due by then: records are moved in the order of their times, and this is how far that was. */
    Delayed notBefore(long ms) {
        return atMs >= ms ? this : new Delayed(ms, batch);
    }
}
