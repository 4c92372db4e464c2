package org.isthmus.broker.coordinator.delay;

import org.isthmus.broker.coordinator.Bytes;

/**
 * A record on its way into the log of those that wait.
 *
 * @param atMs when it is to be in its partition, in milliseconds since 1970
 * @param batch it alone, as its producer made it
 */
public record Delayed(long atMs, Bytes batch) {}
