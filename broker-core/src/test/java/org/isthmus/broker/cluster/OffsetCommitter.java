package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.FetchedOffsets;
import org.isthmus.broker.coordinator.group.OffsetCommit;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.replica.Role;

/**
 * Commits how far it has read, further each time, and asks now and then what is committed: never less than it was told, by whoever leads then or
 * later.
 */
final class OffsetCommitter extends Client {
    private static final TopicPartition READ = new TopicPartition("read", 0);
    private static final UUID READ_ID = new UUID(4, 2);

    private final String group;
    private long offset;
    private long told = -1;
    private int toldInReign;
    /** The last question that came to any broker: as on one connection, none that is older comes behind it. */
    private long arrived;

    private long asked;
    private boolean ending;
    private boolean done;

    OffsetCommitter(ClusterWorld cluster, TopicPartition home, String group, int number) {
        super(cluster, home, 600 + number);
        this.group = group;
    }

    void end() {
        ending = true;
    }

    boolean isDone() {
        return done;
    }

    long told() {
        return told;
    }

    @Override
    void tryAgain() {
        if (ending || cluster.random().nextInt(3) == 0) {
            fetch();
        } else {
            commit(++offset);
        }
    }

    private interface Question {
        void to(SimulatedBroker broker, int reign, Route.Answering answer);
    }

    private void askInOrder(Question question) {
        var number = ++asked;
        ask((broker, answer) -> {
            var found = broker.partition(partition);
            if (number > arrived && found != null && found.role() instanceof Role.Leader leader) {
                arrived = number;
                question.to(broker, leader.epoch().value(), answer);
            } else if (number >= arrived) {
                answer.with(this::refused);
            }
        });
    }

    private void commit(long next) {
        var caller = new Caller(group, "", null, -1);
        var commit = new OffsetCommit(READ, READ_ID, next, -1, "", -1);
        askInOrder((broker, reign, answer) -> {
            var from =
                    broker.partition(partition).view().map(LogView::endOffset).orElse(0L);
            broker.coordinators()
                    .groups()
                    .commit(caller, List.of(commit))
                    .exceptionally(failure -> Map.of(READ, Route.code(failure)))
                    .whenComplete(cluster.judged((outcome, none) -> {
                        if (outcome.get(READ) == ErrorCode.NONE && !broker.hasLostPower()) {
                            told = Math.max(told, next);
                            toldInReign = Math.max(toldInReign, reign);
                            cluster.toldDone(partition, false, broker, from);
                        }
                        answer.with(this::goOn);
                    }));
        });
    }

    private void fetch() {
        var caller = new Caller(group, "", null, -1);
        askInOrder((broker, reign, answer) -> broker.coordinators()
                .groups()
                .fetch(caller, List.of(READ))
                .whenComplete(cluster.judged((found, failure) -> {
                    if (failure != null) {
                        answer.with(this::refused);
                        return;
                    }
                    look(found, broker, reign);
                    answer.with(() -> {
                        done = ending;
                        goOn();
                    });
                })));
    }

    private void look(FetchedOffsets found, SimulatedBroker broker, int reign) {
        var committed = found.offsets().get(READ);
        if (told >= 0 && reign >= toldInReign && !broker.hasLostPower()) {
            assertThat(committed == null ? -1 : committed.offset())
                    .as(
                            "offset of %s at broker %s in reign %d, told in reign %d",
                            group, broker.id(), reign, toldInReign)
                    .isBetween(told, offset);
        }
    }

    private void goOn() {
        if (!done) {
            loop.schedule(Duration.ofMillis(10 + cluster.random().nextInt(200)), this::tryAgain);
        }
    }

    @Override
    public String toString() {
        return group + " has committed " + told + " of " + offset;
    }
}
