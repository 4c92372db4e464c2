package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * How far a group has come with a partition.
 *
 * @param startOffset the first record that it is not done with
 * @param done what it is done with above that
 * @param inFlight records that members hold now
 * @param undecided records that it is done with, or not, by how a transaction ends
 * @param archived records that it gave up since it began
 * @param expired records whose time was over before anybody took them
 * @param members how many have the partition open
 */
public record ShareProgress(
        String group,
        ShareSettings settings,
        long startOffset,
        List<OffsetRange> done,
        long inFlight,
        long undecided,
        long archived,
        long expired,
        int members) {}
