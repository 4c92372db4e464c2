package org.isthmus.broker.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many clients a broker lets in through its sockets, and for how long it keeps one that is silent.
 *
 * @param maxIdle null for as long as it likes
 */
record ConnectionLimits(
        int most, int mostPerAddress, @Nullable Duration maxIdle) {}
