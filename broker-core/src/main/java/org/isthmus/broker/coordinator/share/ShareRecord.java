package org.isthmus.broker.coordinator.share;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What happened to a group on one partition. The state of all its groups is the sum of these, in order. */
sealed interface ShareRecord {
    String group();

    void replayOn(Map<String, ShareGroup> groups, long offset);

    /**
     * The whole state of a group: how it begins, begins anew, or stands when older records are no longer kept.
     *
     * @param waited as {@link Beginning} has it
     */
    record GroupState(
            String group,
            ShareSettings settings,
            long startOffset,
            long waited,
            List<OffsetRange> done,
            List<OffsetMap.Run<Returned>> returned,
            List<OffsetMap.Run<Staged>> pending,
            long archivedCount,
            long expiredCount)
            implements ShareRecord {
        static GroupState beginning(String group, ShareSettings settings, Beginning at) {
            return new GroupState(group, settings, at.offset(), at.waited(), at.done(), List.of(), List.of(), 0, 0);
        }

        @Override
        public void replayOn(Map<String, ShareGroup> groups, long offset) {
            groups.put(group, new ShareGroup(this, offset));
        }
    }

    record GroupDeleted(String group) implements ShareRecord {
        @Override
        public void replayOn(Map<String, ShareGroup> groups, long offset) {
            groups.remove(group);
        }
    }

    /** The settings changed in a way that leaves everything that was settled as it is. */
    record Reconfigured(String group, ShareSettings settings) implements ShareRecord {
        @Override
        public void replayOn(Map<String, ShareGroup> groups, long offset) {
            apply(groups, group, state -> state.reconfigure(settings));
        }
    }

    record Done(String group, List<OffsetRange> ranges, Outcome outcome) implements ShareRecord {
        @Override
        public void replayOn(Map<String, ShareGroup> groups, long offset) {
            apply(groups, group, state -> ranges.forEach(range -> state.done(range, outcome)));
        }
    }

    /** These records were delivered this often in all, and are to be handed out again. */
    record GivenBack(String group, List<OffsetRange> ranges, Returned returned) implements ShareRecord {
        @Override
        public void replayOn(Map<String, ShareGroup> groups, long offset) {
            apply(groups, group, state -> ranges.forEach(range -> state.givenBack(range, returned)));
        }
    }

    /** These records are acknowledged inside a transaction; its end makes them {@link Done} or {@link GivenBack}. */
    record Pending(String group, List<OffsetRange> ranges, Returned delivered, Staged staged) implements ShareRecord {
        @Override
        public void replayOn(Map<String, ShareGroup> groups, long offset) {
            apply(groups, group, state -> ranges.forEach(range -> state.pending(range, delivered, staged)));
        }
    }

    private static void apply(Map<String, ShareGroup> groups, String group, Consumer<ShareGroup> change) {
        // Nothing where the group is gone: what was decided for it before it was deleted has no effect any more.
        var state = groups.get(group);
        if (state != null) {
            change.accept(state);
            state.countRecord();
        }
    }
}
