package org.isthmus.broker.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.Epoch;

/** Which reign wrote from which offset on, in rising order. Never changes. */
final class LeaderEpochs {
    static final LeaderEpochs NONE = new LeaderEpochs(List.of());

    /** The first offset that a reign wrote. */
    record Start(int epoch, long offset) {}

    private final List<Start> starts;

    LeaderEpochs(List<Start> starts) {
        this.starts = List.copyOf(starts);
    }

    List<Start> starts() {
        return starts;
    }

    int latest() {
        return starts.isEmpty() ? -1 : starts.get(starts.size() - 1).epoch();
    }

    /** These and, if the epoch is new, its start. */
    LeaderEpochs with(int epoch, long offset) {
        if (epoch <= latest()) {
            return this;
        }
        var more = new ArrayList<>(starts);
        more.add(new Start(epoch, offset));
        return new LeaderEpochs(more);
    }

    LeaderEpochs truncatedTo(long endOffset) {
        return new LeaderEpochs(
                starts.stream().filter(start -> start.offset() < endOffset).toList());
    }

    /** Without the reigns whose records are all deleted. */
    LeaderEpochs from(long startOffset) {
        var first = 0;
        while (first + 1 < starts.size() && starts.get(first + 1).offset() <= startOffset) {
            first++;
        }
        return first == 0 ? this : new LeaderEpochs(starts.subList(first, starts.size()));
    }

    /** Who wrote the record there, if it is there. */
    Optional<Epoch> at(long offset) {
        for (var i = starts.size() - 1; i >= 0; i--) {
            if (starts.get(i).offset() <= offset) {
                return Optional.of(new Epoch(starts.get(i).epoch()));
            }
        }
        return Optional.empty();
    }

    Optional<LogView.EpochEnd> endOf(Epoch epoch, long logEndOffset) {
        if (epoch.value() > latest()) {
            return Optional.empty();
        }
        for (var i = starts.size() - 1; i >= 0; i--) {
            if (starts.get(i).epoch() <= epoch.value()) {
                var end = i + 1 < starts.size() ? starts.get(i + 1).offset() : logEndOffset;
                return Optional.of(new LogView.EpochEnd(new Epoch(starts.get(i).epoch()), end));
            }
        }
        return Optional.empty();
    }
}
