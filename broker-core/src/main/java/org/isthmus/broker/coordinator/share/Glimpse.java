package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * What a group has left in a stretch of its partition, for who only looks.
 *
 * @param next the first offset that was not looked at
 * @param found in order
 * @param baseOffset where the batches begin that hold them
 */
public record Glimpse(long next, List<OffsetRange> found, long baseOffset) {}
