package org.isthmus.broker.coordinator.group;

import java.util.UUID;

/**
 * How far a group has read a partition.
 *
 * @param topicId the topic that was meant; under the same name there may be another one later
 * @param leaderEpoch epoch of the last record that was read, or −1
 * @param committedMs when it was committed, in milliseconds since 1970
 * @param expiresMs when it is forgotten, where the committer said so, else −1
 */
public record CommittedOffset(
        UUID topicId, long offset, int leaderEpoch, String metadata, long committedMs, long expiresMs) {
    /** What a request calls it when no such time is wanted. */
    public static final long NEVER = -1;
}
