package org.isthmus.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimMetadataStore;
import org.isthmus.broker.sim.SimZooKeeper;
import org.junit.jupiter.api.Test;

/** What a broker wanted of the store takes effect, and by the time it learns that the world is another. */
class LateNewsTest {
    private static final BrokerId FIRST = new BrokerId(0);
    private static final BrokerId SECOND = new BrokerId(1);
    private static final Duration WHILE = Duration.ofSeconds(8);

    private final Random random = new Random(1);
    private final SimClock clock = new SimClock();
    private final SimLoop loops = new SimLoop(random, clock);
    private final SimZooKeeper zooKeeper =
            new SimZooKeeper(random, clock, loops, Duration.ofSeconds(2), Duration.ofMillis(20));
    private final Elections elections = new Elections(new BrokerConfigs(FIRST, Map.of()));

    @Test
    void brokerComesBackWhoseSessionEndedBeforeItLearnedThatItIsRegistered() {
        var loop = loops.newLoop();
        var store = open(FIRST, loop);
        var registration = new Registration(store, FIRST, elections, loop, clock);
        registration.register(new BrokerImage(FIRST, "host", 1));
        while (zooKeeper.truth().brokers().isEmpty()) {
            loops.step();
        }

        zooKeeper.expire(FIRST);
        loops.runFor(WHILE);

        assertThat(zooKeeper.truth().brokers()).containsOnlyKeys(FIRST);
    }

    @Test
    void controllerReignsAnewAfterAnElectionThatCameLate() {
        var first = controller(FIRST);
        var second = controller(SECOND);
        first.reign(true);
        loops.runFor(WHILE);
        second.reign(true);
        second.reign(false);

        loops.runFor(WHILE);
        assertThat(zooKeeper.truth().controller()).isEqualTo(SECOND);
        loseLeader();

        assertThat(leader()).isEqualTo(FIRST);
    }

    @Test
    void controllerReignsAnewWhereItLearnsOfItsElectionAfterAnother() {
        for (var round = 0; round < 20; round++) {
            var first = controller(FIRST);
            var second = controller(SECOND);
            first.reign(true);
            second.reign(true);
            second.reign(false);
            loops.runFor(WHILE);
            loseLeader();

            assertThat(leader()).as("in round %d", round).isEqualTo(FIRST);
            first.reign(false);
        }
    }

    private Controller controller(BrokerId self) {
        var loop = loops.newLoop();
        var store = open(self, loop);
        return new Controller(store, self, loop, elections, Duration.ZERO);
    }

    /** A partition whose leader is not among the living. */
    private void loseLeader() {
        var loop = loops.newLoop();
        var store = open(FIRST, loop);
        await(store.change(image -> List.of(new ClusterDelta.BrokerRegistered(new BrokerImage(FIRST, "host", 1)))));
        var partition = new PartitionImage(
                new BrokerId(7), Epoch.ZERO, List.of(new BrokerId(7), FIRST), List.of(new BrokerId(7), FIRST));
        await(store.change(image -> List.of(new ClusterDelta.TopicCreated(
                new TopicImage("t", new UUID(0, random.nextLong()), Map.of(), List.of(partition))))));
        loops.runFor(WHILE);
    }

    /** Who leads it now; it is gone afterwards. */
    private BrokerId leader() {
        var leader = zooKeeper
                .truth()
                .partition(new TopicPartition("t", 0))
                .orElseThrow()
                .leader();
        var store = open(SECOND, loops.newLoop());
        await(store.change(image -> List.of(new ClusterDelta.TopicDeleted("t"), new ClusterDelta.BrokerGone(FIRST))));
        return leader;
    }

    private SimMetadataStore open(BrokerId self, EventLoop loop) {
        return await(SimMetadataStore.open(zooKeeper, self, loop, clock, "life " + random.nextLong()));
    }

    private <T> T await(CompletionStage<T> stage) {
        var done = stage.toCompletableFuture();
        for (var steps = 0; !done.isDone(); steps++) {
            assertThat(steps).as("steps without an answer").isLessThan(100_000);
            loops.step();
        }
        return done.join();
    }
}
