package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.Opening;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.share.SharePartition;

/**
 * What one member of a share group has open at this broker. It ends when the member says so or its connection closes; everything that the
 * member held then goes back. Requests of one session may come on several threads, so its partitions are guarded by the session itself.
 */
final class ShareSession {
    record Key(String group, String member) {}

    /** A partition under the name that clients know it by. */
    record Target(Uuid topicId, TopicPartition partition) {}

    private final Key key;
    private final Opening opening;
    private final ShareCoordinator shares;
    private final ShareGroupConfigs configs;
    private final Map<Target, CompletionStage<Void>> opened = new LinkedHashMap<>();
    /** Those of {@code opened} in which a group that is not there yet begins at the first record. */
    private final Set<Target> fromFirst = new HashSet<>();

    /** Those of {@code opened} that are to be opened anew before they are asked again. */
    private final Set<Target> failed = new HashSet<>();

    /** What ends each wait, and whether answers to the session's other requests wait behind that one's. */
    private final Map<Runnable, Boolean> waiting = new ConcurrentHashMap<>();

    private int epoch = 1;
    private int turns;
    private boolean ended;

    ShareSession(Key key, Opening opening, ShareCoordinator shares, ShareGroupConfigs configs) {
        this.key = key;
        this.opening = opening;
        this.shares = shares;
        this.configs = configs;
    }

    Key key() {
        return key;
    }

    Opening opening() {
        return opening;
    }

    /** Whether its group lets members hold records for longer by saying so, at this time. */
    boolean mayRenew() {
        return configs.mayRenew(key.group());
    }

    /** Whether the epoch is the one that comes next, which then is over. */
    synchronized boolean advance(int given) {
        if (given != epoch) {
            return false;
        }
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        return true;
    }

    /** @param isFromFirst whether a group that is not there yet begins at the first record, whatever the opening says */
    synchronized void add(Target target, boolean isFromFirst) {
        if (!ended) {
            if (isFromFirst && !opened.containsKey(target)) {
                fromFirst.add(target);
            }
            opened.computeIfAbsent(target, this::open);
        }
    }

    private CompletionStage<Void> open(Target target) {
        try {
            var asked = fromFirst.contains(target) ? opening.fromFirst() : opening;
            return shares.ask(target.partition(), share -> share.open(key.group(), key.member(), asked));
        } catch (BrokerException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    synchronized void remove(Target target) {
        fromFirst.remove(target);
        var opening = opened.remove(target);
        if (opening != null) {
            leave(target, opening, share -> share.leave(key.group(), key.member()));
        }
    }

    /** The partitions, each time beginning with another, so that none is always last. */
    synchronized List<Target> targets() {
        var targets = new ArrayList<>(opened.keySet());
        if (!targets.isEmpty()) {
            Collections.rotate(targets, -(turns++ % targets.size()));
        }
        return targets;
    }

    /** Asks a partition once the session has it open; opens it again where the partition has begun anew and knows nothing of the session. */
    <A> CompletionStage<A> ask(Target target, Function<SharePartition, CompletionStage<A>> question) {
        return opened(target)
                .thenCompose(open -> shares.ask(target.partition(), question))
                .exceptionallyCompose(failure -> {
                    if (Refusal.of(failure).error() != ErrorCode.UNKNOWN_MEMBER_ID) {
                        forgetFailed(target);
                        return CompletableFuture.failedStage(failure);
                    }
                    return reopened(target).thenCompose(open -> shares.ask(target.partition(), question));
                });
    }

    private synchronized CompletionStage<Void> opened(Target target) {
        var stage = opened.get(target);
        if (stage == null) {
            return notOpen(target);
        }
        return failed.remove(target) ? reopened(target) : stage;
    }

    private synchronized CompletionStage<Void> reopened(Target target) {
        if (ended || !opened.containsKey(target)) {
            return notOpen(target);
        }
        var stage = open(target);
        opened.put(target, stage);
        return stage;
    }

    /**
     * What could not be opened is tried again with the next request, not before: a member that gives up after a refusal must not be let in
     * when nobody waits for that any more.
     */
    private synchronized void forgetFailed(Target target) {
        var stage = opened.get(target);
        if (!ended && stage != null && stage.toCompletableFuture().isCompletedExceptionally()) {
            failed.add(target);
        }
    }

    private CompletionStage<Void> notOpen(Target target) {
        return CompletableFuture.failedStage(new BrokerException(
                ErrorCode.INVALID_RECORD_STATE, "the session does not have " + target.partition() + " open"));
    }

    /** Remembers what has to be told when the session ends, or asks something else whose answer waits behind this one's. */
    void whileWaiting(Runnable interruption, boolean othersWaitBehind) {
        waiting.put(interruption, othersWaitBehind);
    }

    void waitedEnough(Runnable interruption) {
        waiting.remove(interruption);
    }

    /** The session asks something else: whoever waits for records and would keep that waiting is answered now. */
    void asksAnew() {
        waiting.forEach((interruption, othersWaitBehind) -> {
            if (othersWaitBehind) {
                interruption.run();
            }
        });
    }

    /** The member has said goodbye: gives back everything; completes once that is done everywhere. */
    CompletionStage<Void> end() {
        return end(share -> share.leave(key.group(), key.member()));
    }

    /** The member's connection was lost. */
    CompletionStage<Void> lose() {
        return end(share -> share.lose(key.group(), key.member()));
    }

    private CompletionStage<Void> end(Function<SharePartition, CompletionStage<Void>> leaving) {
        Map<Target, CompletionStage<Void>> openings;
        synchronized (this) {
            if (ended) {
                return CompletableFuture.completedStage(null);
            }
            ended = true;
            openings = new LinkedHashMap<>(opened);
            opened.clear();
        }
        waiting.keySet().forEach(Runnable::run);
        var left = new ArrayList<CompletableFuture<Void>>();
        openings.forEach(
                (target, opening) -> left.add(leave(target, opening, leaving).toCompletableFuture()));
        return CompletableFuture.allOf(left.toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Leaves what was opened, and what is being opened once it is: a partition that is still loading would let the member in after it has left, and
     * then nobody ever took from it what it is handed.
     */
    private CompletionStage<Void> leave(
            Target target, CompletionStage<Void> opening, Function<SharePartition, CompletionStage<Void>> leaving) {
        return opening.handle((open, refused) -> target).thenCompose(known -> leave(known, leaving));
    }

    private CompletionStage<Void> leave(Target target, Function<SharePartition, CompletionStage<Void>> leaving) {
        try {
            // A partition that is not led here any more has nothing to give back.
            return shares.ask(target.partition(), leaving).exceptionally(failure -> null);
        } catch (BrokerException notLedHere) {
            return CompletableFuture.completedStage(null);
        }
    }
}
