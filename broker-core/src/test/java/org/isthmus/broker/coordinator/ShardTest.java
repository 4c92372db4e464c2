package org.isthmus.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.record.LogRecord;
import org.junit.jupiter.api.Test;

/** The mechanism itself, with the smallest machine there is: names and their last numbers. */
class ShardTest {
    private final SteppedLoop loop = new SteppedLoop();
    private final MemoryShardLog log = new MemoryShardLog();
    private final ShardedCoordinator<Tenant> coordinator = new ShardedCoordinator<>(
            "__numbers",
            () -> new ClusterImage(0, new UUID(0, 1), new BrokerId(0), Map.of(), Map.of(), Map.of(), 0),
            (partition, shardLog, owner) -> new Tenant(shardLog));

    @Test
    void answersOnlyOnceTheDecisionIsCommitted() {
        elect();
        log.holdCommits();

        var set = set("a", 1);
        assertThat(set).isNotDone();
        var read = get("a");
        assertThat(read).isNotDone();

        log.commit();
        assertThat(set).isCompletedWithValue(1);
        assertThat(read).isCompletedWithValue(1);
    }

    @Test
    void questionsWaitInTheirOrderWhileTheLogIsReplayed() {
        log.holdReads();
        elect();
        var set = set("a", 1);
        var read = get("a");
        assertThat(set).isNotDone();

        log.releaseReads();
        assertThat(set).isCompletedWithValue(1);
        assertThat(read).isCompletedWithValue(1);
    }

    @Test
    void questionsThatWaitedTooLongAreToldSo() {
        log.holdReads();
        elect();
        var set = set("a", 1);
        loop.advance(Duration.ofSeconds(6));
        assertThat(error(set)).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);

        log.releaseReads();
        assertThat(get("a")).isCompletedWithValue(0);
    }

    @Test
    void questionsBeyondTheBoundAreToldToComeAgain() {
        log.holdReads();
        elect();
        for (var i = 0; i < 1000; i++) {
            assertThat(get("a")).isNotDone();
        }
        assertThat(error(get("a"))).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    }

    @Test
    void questionsThatWaitHearThatThePartitionIsLedElsewhere() {
        log.holdReads();
        elect();
        var set = set("a", 1);
        coordinator.resigned(0);
        loop.settle();

        assertThat(error(set)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void forgetsWhatWasNeverCommittedWhenItsLeaderFails() {
        elect();
        set("a", 1);
        log.holdCommits();
        var lost = set("a", 2);
        log.loseLeader();
        loop.settle();

        assertThat(error(lost)).isEqualTo(ErrorCode.NOT_COORDINATOR);
        elect();
        assertThat(get("a")).isCompletedWithValue(1);
    }

    @Test
    void refusedAppendChangesNothing() {
        elect();
        set("a", 1);
        log.refuseAppends(true);

        assertThat(error(set("a", 2))).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        log.refuseAppends(false);
        assertThat(get("a")).isCompletedWithValue(1);
    }

    @Test
    void whatWaitsForReplicasIsAnsweredOnceTheyAreBackAndWhoComesMeanwhileIsTurnedAway() {
        elect();
        set("a", 1);
        log.holdCommits();
        var onItsWay = set("a", 2);
        log.refuseAppends(true);

        assertThat(error(get("a"))).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(error(ask(tenant -> tenant.shard.write(view -> Decision.answer(0)))))
                .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(onItsWay).isNotDone();

        log.refuseAppends(false);
        log.commit();
        assertThat(onItsWay).isCompletedWithValue(2);
        assertThat(get("a")).isCompletedWithValue(2);
    }

    @Test
    void whatIsKeptCanBeAskedForWithoutReplicas() {
        elect();
        set("a", 1);
        log.refuseAppends(true);

        assertThat(get("a")).isCompletedWithValue(1);
    }

    @Test
    void beginsAnewFromItsLogWhereNobodyKnowsWhatAnAppendLeftBehind() {
        elect();
        set("a", 1);
        log.failNextAppend(true);
        assertThat(error(set("a", 2))).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(error(get("a"))).isEqualTo(ErrorCode.NOT_COORDINATOR);

        loop.advance(Duration.ofSeconds(1));
        log.commit();
        assertThat(get("a")).isCompletedWithValue(2);
    }

    @Test
    void decisionThatThrowsFailsItsCallerAlone() {
        elect();
        var refused = ask(tenant -> tenant.shard.write(view -> {
            throw new BrokerException(ErrorCode.INVALID_REQUEST, "no");
        }));
        assertThat(error(refused)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(set("a", 1)).isCompletedWithValue(1);
    }

    @Test
    void timersOfALostShardNeverGoOff() {
        elect();
        var fired = new int[1];
        ask(tenant -> {
            tenant.shard.schedule(Duration.ofSeconds(1), () -> fired[0]++);
            return tenant.shard.read(view -> 0);
        });
        coordinator.resigned(0);
        loop.advance(Duration.ofSeconds(2));
        assertThat(fired[0]).isZero();
        assertThat(error(get("a"))).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void topicThatDoesNotExistYetHasNoCoordinator() {
        assertThatThrownBy(() -> coordinator
                        .ask("key", tenant -> tenant.shard.read(view -> 0))
                        .toCompletableFuture()
                        .join())
                .hasRootCauseInstanceOf(BrokerException.class)
                .rootCause()
                .extracting("code")
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }

    private void elect() {
        coordinator.elected(0, log.lead(), loop);
        loop.settle();
    }

    private CompletableFuture<Integer> set(String name, int number) {
        return ask(tenant -> tenant.shard.write(view -> Decision.of(number, List.of(new Number(name, number)))));
    }

    private CompletableFuture<Integer> get(String name) {
        return ask(tenant -> tenant.shard.read(view -> view.state().numbers.getOrDefault(name, 0)));
    }

    private <A> CompletableFuture<A> ask(Function<Tenant, CompletionStage<A>> question) {
        var answer = coordinator.ask(0, question).toCompletableFuture();
        loop.settle();
        return answer;
    }

    private static ErrorCode error(CompletableFuture<?> failed) {
        assertThat(failed).isCompletedExceptionally();
        return failed.handle((value, failure) -> failure instanceof CompletionException ? failure.getCause() : failure)
                .thenApply(failure -> ((BrokerException) failure).code())
                .join();
    }

    private record Number(String name, int number) {}

    private static final class Numbers implements StateMachine<Number> {
        final Map<String, Integer> numbers = new TreeMap<>();

        @Override
        public void replay(long offset, Number record) {
            numbers.put(record.name(), record.number());
        }
    }

    private static final class NumberCodec implements RecordCodec<Number> {
        @Override
        public byte[] key(Number record) {
            return new FieldWriter().text(record.name()).toBytes();
        }

        @Override
        public byte[] value(Number record) {
            return new FieldWriter().number(record.number()).toBytes();
        }

        @Override
        public Number decode(LogRecord record) {
            return new Number(new FieldReader(record.key()).text(), new FieldReader(record.value()).integer());
        }
    }

    private final class Tenant implements ShardedCoordinator.Tenant, ShardObserver<Number> {
        final Shard<Numbers, Number> shard;

        Tenant(ShardLog shardLog) {
            shard = new Shard<>(
                    "numbers", shardLog, loop, new NumberCodec(), new Numbers(), this, loop, () -> new UUID(1, 1));
        }

        @Override
        public Shard<?, ?> shard() {
            return shard;
        }

        @Override
        public void loaded() {}

        @Override
        public void applied(List<Number> records, CompletionStage<Void> committed) {}

        @Override
        public void closed(Throwable cause) {}
    }
}
