package org.isthmus.broker.replica;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.LogSlice;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Answers what followers ask of the partitions that are led here: at once where there is anything new, or anything to be told, and else when
 * there is or the follower's patience ends. Safe for use by many threads.
 *
 * @param reads reads from the disk, several at a time, and may block
 * @param timers ends what waits long enough
 */
public record ReplicaReads(Partitions partitions, Executor reads, EventLoop timers) {
    /** Whoever gets the answer releases its slices, each once. */
    public CompletionStage<List<ReplicaFetch.Found>> fetch(ReplicaFetch fetch) {
        var pending = new Pending(fetch);
        pending.timer = timers.schedule(fetch.maxWait(), pending::timeIsUp);
        pending.ask();
        return pending.answer;
    }

    /** One fetch on its way: it asks every partition's owner, reads, and waits, until there is something to say. One step at a time. */
    private final class Pending {
        private final ReplicaFetch fetch;
        private final CompletableFuture<List<ReplicaFetch.Found>> answer = new CompletableFuture<>();
        private volatile CompletableFuture<Void> news = new CompletableFuture<>();
        private volatile boolean timeIsUp;
        private Cancellable timer = () -> {};

        private Pending(ReplicaFetch fetch) {
            this.fetch = fetch;
        }

        private void timeIsUp() {
            timeIsUp = true;
            news.complete(null);
        }

        private void ask() {
            var found = fetch.asks().stream()
                    .map(ask -> ask(ask).toCompletableFuture().exceptionally(Pending::refused))
                    .toList();
            var unused = CompletableFuture.allOf(found.toArray(CompletableFuture<?>[]::new))
                    .whenCompleteAsync(
                            (done, failure) -> read(
                                    found.stream().map(CompletableFuture::join).toList()),
                            reads);
        }

        private CompletionStage<ReplicaFetch.Found> ask(ReplicaFetch.Ask ask) {
            return partitions
                    .partition(ask.partition())
                    .flatMap(Partition::leaderSide)
                    .map(side -> side.asked(ask, fetch.follower(), fetch.followerEpoch()))
                    .orElseGet(() -> CompletableFuture.completedStage(
                            new ReplicaFetch.Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER, -1)));
        }

        private static ReplicaFetch.Found refused(Throwable failure) {
            var cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return new ReplicaFetch.Refused(
                    cause instanceof BrokerException known ? known.code() : ErrorCode.UNKNOWN_SERVER_ERROR, -1);
        }

        private void read(List<ReplicaFetch.Found> found) {
            var told = new ArrayList<ReplicaFetch.Found>(found.size());
            var bytes = 0;
            var mustTell = timeIsUp || found.isEmpty();
            for (var i = 0; i < found.size(); i++) {
                var read = read(found.get(i), fetch.asks().get(i), fetch.maxBytes() - bytes, bytes == 0);
                told.add(read);
                if (!(read instanceof ReplicaFetch.Slice slice)) {
                    mustTell = true;
                } else if (slice.slice() != null) {
                    bytes += slice.slice().length();
                }
            }
            if (mustTell || bytes > 0) {
                timer.cancel();
                answer.complete(told);
            } else {
                await(told);
            }
        }

        private ReplicaFetch.Found read(ReplicaFetch.Found found, ReplicaFetch.Ask ask, int left, boolean first) {
            if (!(found instanceof ReplicaFetch.Slice there)
                    || ask.offset() >= there.view().endOffset()
                    || (left <= 0 && !first)
                    || !rest(there, ask).isZero()) {
                return found;
            }
            var sending = partitions.sending();
            var isThrottled = isThrottled(there, ask);
            var room = Math.max(0, Math.min(left, ask.maxBytes()));
            LogSlice slice;
            try {
                slice = there.view()
                        .read(ask.offset(), there.view().endOffset(), isThrottled ? sending.most(room) : room, first);
            } catch (IOException e) {
                return new ReplicaFetch.Refused(ErrorCode.KAFKA_STORAGE_ERROR, -1);
            } catch (BrokerException e) {
                // Its records were deleted meanwhile; the next fetch learns where the log begins.
                return new ReplicaFetch.Refused(e.code(), -1);
            }
            if (slice.isEmpty()) {
                slice.release();
                return found;
            }
            if (isThrottled) {
                sending.gave(slice.length());
            }
            return there.with(slice);
        }

        /** How long a follower has to wait for what may be there. */
        private Duration rest(ReplicaFetch.Found found, ReplicaFetch.Ask ask) {
            return isThrottled(found, ask) ? partitions.sending().rest() : Duration.ZERO;
        }

        private boolean isThrottled(ReplicaFetch.Found found, ReplicaFetch.Ask ask) {
            return found instanceof ReplicaFetch.Slice there
                    && !there.isCounted()
                    && partitions.sending().concerns(ask.partition());
        }

        private void await(List<ReplicaFetch.Found> nothing) {
            var next = new CompletableFuture<Void>();
            news = next;
            var calls = new ArrayList<Cancellable>(nothing.size());
            for (var i = 0; i < nothing.size(); i++) {
                var ask = fetch.asks().get(i);
                var rest = rest(nothing.get(i), ask);
                if (!rest.isZero()) {
                    calls.add(timers.schedule(rest, () -> next.complete(null)));
                    continue;
                }
                partitions
                        .partition(ask.partition())
                        .flatMap(Partition::leaderSide)
                        .ifPresent(
                                side -> calls.add(side.onAppended(ask.log(), ask.offset(), () -> next.complete(null))));
            }
            if (timeIsUp) {
                // The timer may have run out before this round was there to be told.
                next.complete(null);
            }
            var unused = next.thenRunAsync(
                    () -> {
                        calls.forEach(Cancellable::cancel);
                        ask();
                    },
                    reads);
        }
    }
}
