package org.isthmus.broker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.MetadataStoreContract;
import org.isthmus.broker.metadata.SessionState;
import org.junit.jupiter.api.Test;

/** The contract, kept by the simulated store too: what is simulated on it would otherwise say nothing. */
class SimMetadataStoreTest extends MetadataStoreContract {
    private static final BrokerId SELF = new BrokerId(0);

    private final Random random = new Random(1);
    private final SimClock clock = new SimClock();
    private final SimLoop loops = new SimLoop(random, clock);
    private final SimZooKeeper zooKeeper =
            new SimZooKeeper(random, clock, loops, Duration.ofSeconds(2), Duration.ofMillis(20));
    private int opened;

    @Override
    protected MetadataStore open() {
        return new Stepped(await(SimMetadataStore.open(zooKeeper, SELF, loops.newLoop(), clock, "life " + opened++)));
    }

    private <T> T await(CompletionStage<T> stage) {
        var done = stage.toCompletableFuture();
        stepUntil(done);
        return done.join();
    }

    private void stepUntil(CompletableFuture<?> done) {
        for (var steps = 0; !done.isDone(); steps++) {
            assertThat(steps).as("steps without an answer").isLessThan(100_000);
            loops.step();
        }
    }

    @Test
    void changeWhoseAnswerIsLostHappensOnce() {
        var store = (Stepped) open();
        for (var i = 0; i < 200; i++) {
            var change =
                    store.store.change(image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 1)));
            loops.runFor(Duration.ofMillis(random.nextInt(8)));
            zooKeeper.breakConnection(SELF);
            await(change);
        }

        assertThat(store.image().nextProducerId()).isEqualTo(200);
    }

    @Test
    void changesOfTwoProcessesUnderOneIdHappenOnceEach() {
        var one = ((Stepped) open()).store;
        var other = ((Stepped) open()).store;
        for (var i = 0; i < 200; i++) {
            var changes = List.of(one, other).stream()
                    .map(store -> store.change(
                            image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 1))))
                    .toList();
            loops.runFor(Duration.ofMillis(random.nextInt(8)));
            zooKeeper.breakConnection(SELF);
            changes.forEach(this::await);
        }

        assertThat(zooKeeper.truth().nextProducerId()).isEqualTo(400);
    }

    @Test
    void changeThatIsRefusedWhenItIsDecidedAgainNeverTakesEffect() {
        // What is under way may be so for longer than it takes to connect again.
        var slow = new SimZooKeeper(random, clock, loops, Duration.ofSeconds(20), Duration.ofSeconds(2));
        var store = await(SimMetadataStore.open(slow, SELF, loops.newLoop(), clock, "one"));
        var other = await(SimMetadataStore.open(slow, new BrokerId(1), loops.newLoop(), clock, "another"));
        var refusals = 0;
        for (var i = 0; i < 300; i++) {
            var round = i;
            var taken = other.change(image -> List.of(new ClusterDelta.ProducerIdsTaken(round + 1)));
            loops.runFor(Duration.ofMillis(random.nextInt(400)));
            // Its refusal is about something that the change itself does not write.
            var change = store.change(image -> {
                        if (image.nextProducerId() > round) {
                            throw new BrokerException(ErrorCode.POLICY_VIOLATION, "too late");
                        }
                        return List.of(new ClusterDelta.GroupConfigured("g" + round, Map.of("k", "v")));
                    })
                    .toCompletableFuture();
            loops.runFor(Duration.ofMillis(random.nextInt(300)));
            slow.breakConnection(SELF);
            await(taken);
            stepUntil(change.handle((image, refused) -> null).toCompletableFuture());
            loops.runFor(Duration.ofSeconds(5));

            assertThat(slow.truth().groupConfigs().containsKey("g" + round))
                    .as("change %d took effect", round)
                    .isEqualTo(!change.isCompletedExceptionally());
            refusals += change.isCompletedExceptionally() ? 1 : 0;
        }
        assertThat(refusals).isBetween(10, 290);
    }

    @Test
    void sessionThatIsNotHeardEndsAndTheBrokerLearnsIt() {
        var store = open();
        store.change(image -> List.of(new ClusterDelta.BrokerRegistered(new BrokerImage(SELF, "host", 1))));
        loops.runFor(Duration.ofSeconds(1));
        assertThat(store.session()).isEqualTo(SessionState.HELD);

        zooKeeper.cutOff(SELF);
        loops.runFor(Duration.ofSeconds(2));
        assertThat(store.session()).isEqualTo(SessionState.SUSPENDED);
        loops.runFor(Duration.ofSeconds(4));
        assertThat(store.session()).isEqualTo(SessionState.LOST);
        assertThat(zooKeeper.truth().brokers()).isEmpty();
        zooKeeper.heal(SELF);
        loops.runFor(Duration.ofSeconds(4));

        assertThat(store.session()).isEqualTo(SessionState.NEW);
    }

    /** Time goes on for as long as somebody waits. */
    private final class Stepped implements MetadataStore {
        private final SimMetadataStore store;

        private Stepped(SimMetadataStore store) {
            this.store = store;
        }

        @Override
        public ClusterImage image() {
            return store.image();
        }

        @Override
        public SessionState session() {
            return store.session();
        }

        @Override
        public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
            var stage = store.change(decide).toCompletableFuture();
            stepUntil(stage);
            return stage;
        }

        @Override
        public void follow(Consumer<ClusterImage> listener) {
            store.follow(listener);
        }

        @Override
        public void followSession(Consumer<SessionState> listener) {
            store.followSession(listener);
        }

        @Override
        public void close() {
            store.close();
            loops.runFor(Duration.ofSeconds(1));
        }
    }
}
