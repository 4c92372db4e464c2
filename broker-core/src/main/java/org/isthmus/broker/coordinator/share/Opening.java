package org.isthmus.broker.coordinator.share;

/**
 * How a member opens a group on a partition.
 *
 * @param settings what the group is to have; where they are {@linkplain ShareSettings#stock stock}, a group that was given settings keeps them
 * @param interest what this member wants of what the group is about
 * @param sessionLock whether what the member holds stays with it as long as its session lives, and counts as delivered only where the
 *     member says so; else locks end by time, and what is fetched counts
 * @param start where a group begins that is not there yet
 * @param recreate whether a group whose interest is another begins anew; else that is refused
 * @param inOrder whether this member and others like it have records of the partition one after another: nobody gets any while another one has
 *     some
 */
public record Opening(
        ShareSettings settings,
        Interest interest,
        boolean sessionLock,
        StartAt start,
        boolean recreate,
        boolean inOrder) {
    /** Of a member that takes what there is. */
    public Opening(ShareSettings settings, Interest interest, boolean sessionLock, StartAt start, boolean recreate) {
        this(settings, interest, sessionLock, start, recreate, false);
    }

    /** The same, for a partition that is newer than its member. */
    public Opening fromFirst() {
        return new Opening(settings, interest, sessionLock, new StartAt.Earliest(), recreate, inOrder);
    }

    public static Opening stock(ShareSettings settings, StartAt start) {
        return new Opening(settings, Interest.EVERYTHING, false, start, false);
    }
}
