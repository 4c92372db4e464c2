package org.isthmus.broker.cluster;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.FetchedOffsets;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.OffsetCommit;
import org.isthmus.broker.coordinator.group.PartitionId;

/**
 * A member of a group, whichever protocol it speaks. It reads what it was given from where the group has read to, and commits how far it is. Now and
 * then it leaves, falls silent, or is another process. It asks one thing at a time, and as on one connection nothing that is older comes behind what it
 * asked last.
 */
abstract class GroupReader extends Client {
    static final int REBALANCE_TIMEOUT_MS = 5_000;
    private static final Duration HEARTBEAT = Duration.ofMillis(500);

    final Readership readership;
    private final int number;
    private final Map<PartitionId, Long> positions = new TreeMap<>();
    private SortedSet<PartitionId> given = Collections.emptySortedSet();
    private int lives;
    private boolean unanswered;
    private long arrived;
    private long asked;
    private long beatAtNanos;
    private Heard heard = new Heard(-1, 0);
    private boolean ending;
    private boolean resting;

    /** What was answered well: who led, and when the question came there. */
    record Heard(int reign, long atNanos) {}

    GroupReader(ClusterWorld cluster, Readership readership, TopicPartition home, int number) {
        super(cluster, home, 800 + number);
        this.readership = readership;
        this.number = number;
    }

    /** Its id in the group; empty while it has none. */
    abstract String memberId();

    /** The generation or the epoch that it believes in. */
    abstract int generation();

    /** Asks what its protocol has it ask next; false where that is nothing. */
    abstract boolean speaks();

    /** The last question may have been heard, and its answer was not. */
    abstract void missedAnswer();

    /** Says that it leaves. */
    abstract void leave();

    /** It does not belong to the group, and begins anew. */
    void forget() {
        readNothing();
    }

    /** Stays, and speaks. */
    final void end() {
        ending = true;
    }

    /** Says nothing any more. */
    final void rest() {
        resting = true;
    }

    final Set<PartitionId> reads() {
        return positions.keySet();
    }

    final Heard heard() {
        return heard;
    }

    final String name() {
        return readership.group() + "-" + number + "." + lives;
    }

    @Override
    final void tryAgain() {
        if (resting) {
            return;
        }
        if (unanswered) {
            unanswered = false;
            missedAnswer();
        }
        if (!ending && cluster.random().nextInt(80) == 0) {
            change();
            return;
        }
        if (speaks()) {
            return;
        }
        var fresh = given.stream()
                .filter(partition -> !positions.containsKey(partition))
                .findFirst();
        if (fresh.isPresent()) {
            begin(fresh.get());
        } else if (!positions.isEmpty()) {
            commit(List.copyOf(positions.keySet()).get(cluster.random().nextInt(positions.size())));
        } else {
            goOn();
        }
    }

    private void change() {
        switch (cluster.random().nextInt(3)) {
            case 0 -> {
                cluster.history().add(name() + " leaves");
                readNothing();
                leave();
                becomeAnother();
            }
            case 1 -> {
                cluster.history().add(name() + " is another process");
                becomeAnother();
                goOn();
            }
            default -> {
                cluster.history().add(name() + " falls silent");
                loop.schedule(Duration.ofMillis(cluster.random().nextInt(9_000)), this::tryAgain);
            }
        }
    }

    private void becomeAnother() {
        lives++;
        forget();
    }

    // ---- what it is to read

    /** It stops reading all else at once. */
    final void mayRead(SortedSet<PartitionId> assignment) {
        given = assignment;
        positions.keySet().retainAll(given);
    }

    final void readNothing() {
        mayRead(Collections.emptySortedSet());
    }

    final boolean isTimeToBeat() {
        return cluster.nanos() >= beatAtNanos;
    }

    final void beats() {
        beatAtNanos = cluster.nanos() + HEARTBEAT.toNanos();
    }

    final void isInTouch(Heard by) {
        heard = by;
    }

    // ---- asking

    interface Question<A> {
        CompletionStage<A> to(GroupCoordinator groups);
    }

    /** At the broker: what the answer means to the member. */
    interface Answer<A> {
        Runnable of(A answer, Heard came);
    }

    final <A> void askInOrder(Question<A> question, Answer<A> meaning) {
        var order = ++asked;
        unanswered = true;
        ask((broker, answer) -> {
            if (order <= arrived) {
                return;
            }
            arrived = order;
            var came = new Heard(reign(broker), cluster.nanos());
            question.to(broker.coordinators().groups()).whenComplete(cluster.judged((told, failure) -> {
                if (broker.hasLostPower()) {
                    return;
                }
                if (failure != null) {
                    var code = Route.code(failure);
                    answer.with(() -> refused(code));
                } else {
                    answer.with(meaning.of(told, came));
                }
            }));
        });
    }

    final void refused(ErrorCode code) {
        unanswered = false;
        missedAnswer();
        switch (code) {
            case UNKNOWN_SERVER_ERROR -> throw new AssertionError(name() + " is answered " + code);
            case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_ID_NOT_FOUND, ILLEGAL_GENERATION -> forget();
            default -> {}
        }
        refused();
    }

    final void goOn() {
        unanswered = false;
        loop.schedule(Duration.ofMillis(10 + cluster.random().nextInt(150)), this::tryAgain);
    }

    // ---- reading

    private void begin(PartitionId partition) {
        var caller = new Caller(readership.group(), memberId(), null, generation());
        var wanted = List.of(readership.named(partition));
        askInOrder(groups -> groups.fetch(caller, wanted), (found, came) -> {
            if (found.error() != ErrorCode.NONE) {
                return () -> refused(found.error());
            }
            var from = from(found, wanted.get(0));
            readership.begins(this, caller, partition, from, came);
            return () -> {
                positions.put(partition, from);
                goOn();
            };
        });
    }

    private static long from(FetchedOffsets found, TopicPartition partition) {
        var committed = found.offsets().get(partition);
        return committed == null ? 0 : committed.offset();
    }

    private void commit(PartitionId partition) {
        var caller = new Caller(readership.group(), memberId(), null, generation());
        var next = positions.get(partition) + 1;
        var named = readership.named(partition);
        var commit = new OffsetCommit(named, partition.topicId(), next, -1, "", -1);
        askInOrder(groups -> groups.commit(caller, List.of(commit)), (outcomes, came) -> {
            var outcome = outcomes.get(named);
            if (outcome != ErrorCode.NONE) {
                return () -> refused(outcome);
            }
            readership.committed(caller.memberId(), partition, next, came.reign());
            return () -> {
                positions.replace(partition, next);
                goOn();
            };
        });
    }

    @Override
    public String toString() {
        return name() + " as " + memberId() + " in " + generation() + " reads " + positions + " of " + given;
    }
}
