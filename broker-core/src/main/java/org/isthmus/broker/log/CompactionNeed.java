package org.isthmus.broker.log;

/**
 * How much a log would gain by compaction.
 *
 * @param dirtyRatio share of what can be compacted that was written since the last time
 * @param isOverdue whether something has waited for as long as it may
 * @param minDirtyRatio share above which it pays
 */
public record CompactionNeed(double dirtyRatio, boolean isOverdue, double minDirtyRatio)
        implements Comparable<CompactionNeed> {
    public boolean pays() {
        return isOverdue || dirtyRatio > minDirtyRatio;
    }

    /** The more urgent is the greater. */
    @Override
    public int compareTo(CompactionNeed other) {
        var byLag = Boolean.compare(isOverdue, other.isOverdue);
        return byLag != 0 ? byLag : Double.compare(dirtyRatio, other.dirtyRatio);
    }
}
