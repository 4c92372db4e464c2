package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.Verdict;
import org.isthmus.broker.coordinator.transaction.EndAnswer;
import org.isthmus.broker.coordinator.transaction.InitAnswer;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.replica.Role;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Writes to several partitions in transactions, one after another, under one transactional id. Now and then it is another process that goes on
 * under that id, without a word from the one before.
 *
 * <pre>
 *   asks for its identity ──▶ writes, side by side ──▶ ends the transaction ────────────────────────▶ writes …
 *          ▲                          │           └──▶ prepares it ──▶ waits for the manager's word ──┘
 *          └──────────────────────────┴── fenced, or dies at any time
 * </pre>
 */
final class TransactionalProducer {
    private static final int TRANSACTION_TIMEOUT_MS = 6_000;
    private static final Duration PATIENCE = Duration.ofMillis(1_200);

    /** Who hears one of these goes on as a new producer. */
    private static final Set<ErrorCode> ENDED = EnumSet.of(
            ErrorCode.INVALID_PRODUCER_EPOCH,
            ErrorCode.PRODUCER_FENCED,
            ErrorCode.INVALID_TXN_STATE,
            ErrorCode.INVALID_PRODUCER_ID_MAPPING);

    private final ClusterWorld cluster;
    private final Ledger ledger;
    private final String id;
    private final EventLoop loop;
    private final Route coordinator;
    private final List<Lane> lanes = new ArrayList<>();
    /** To where records come that are sent for later. */
    private final Lane later;

    private final Map<TopicPartition, Integer> sequences = new HashMap<>();
    private final TransactionManager manager;
    /** From which records are moved; null where none are. */
    private final ShareMember source;

    private final Route acknowledgements;
    /** What is still to be acknowledged in the transaction. */
    private ShareMember.Loan loan;

    private ProducerIdentity identity = ProducerIdentity.NONE;
    private Ledger.Entry transaction;
    /** Whether it says at the end who took part, and who did then stands for the next transaction. */
    private final boolean names;

    private final Set<TopicPartition> participants = new TreeSet<>(TopicPartition.BY_NAME);
    private int transactions;
    /** Tells what is asked now from what was asked before the producer began anew. */
    private int process;

    private boolean ending;
    private boolean ended;

    TransactionalProducer(
            ClusterWorld cluster,
            Ledger ledger,
            int number,
            List<TopicPartition> partitions,
            TopicPartition arrivals,
            ShareMember source,
            TransactionManager manager,
            int coordinators) {
        this.cluster = cluster;
        this.ledger = ledger;
        this.id = "x" + number;
        this.loop = cluster.newClientLoop();
        var address = 300 + number;
        var home =
                new TopicPartition(InternalTopics.TRANSACTION_STATE, ShardedCoordinator.partitionOf(id, coordinators));
        this.coordinator = new Route(cluster, home, loop, address);
        this.source = source;
        this.manager = manager;
        this.names = cluster.random().nextBoolean();
        this.acknowledgements = source == null ? null : new Route(cluster, source.partition(), loop, address);
        partitions.forEach(partition ->
                lanes.add(new Lane(new Route(cluster, partition, loop, address), partition, this::produce)));
        later = new Lane(
                new Route(cluster, arrivals, loop, address), SideParticipant.DELAYS.of(arrivals), this::sendLater);
    }

    /** Begins nothing new, and leaves nothing open. */
    void end() {
        ending = true;
    }

    boolean isDone() {
        return ended;
    }

    // ---- the identity

    /** As a process that knows nothing of the one before. */
    void start() {
        process++;
        allLanes().forEach(Lane::forget);
        if (acknowledgements != null) {
            acknowledgements.forget();
        }
        coordinator.forget();
        transaction = null;
        loan = null;
        init();
    }

    private void init() {
        var present = process;
        coordinator.ask(
                (broker, answer) -> broker.coordinators()
                        .transactions()
                        .init(id, TRANSACTION_TIMEOUT_MS, ProducerIdentity.NONE)
                        .exceptionally(failure -> new InitAnswer(Route.code(failure), ProducerIdentity.NONE))
                        .whenComplete(cluster.judged((given, none) -> answer.with(() -> initialized(given)))),
                () -> again(present, coordinator, this::init));
    }

    private void initialized(InitAnswer given) {
        if (given.error() != ErrorCode.NONE) {
            againLater(coordinator, this::init);
            return;
        }
        became(given.producer());
        begin();
    }

    private void became(ProducerIdentity producer) {
        identity = producer;
        sequences.clear();
    }

    private void again(int asked, Route route, Runnable what) {
        if (asked == process) {
            route.refresh();
            what.run();
        }
    }

    private void againLater(Route route, Runnable what) {
        var present = process;
        loop.schedule(Duration.ofMillis(50 + cluster.random().nextInt(200)), () -> again(present, route, what));
    }

    // ---- a transaction

    private void begin() {
        transaction = null;
        if (ending) {
            ended = true;
            return;
        }
        var present = process;
        loop.schedule(Duration.ofMillis(cluster.random().nextInt(300)), () -> {
            if (present == process) {
                write();
            }
        });
    }

    private void write() {
        if (ending) {
            ended = true;
            return;
        }
        participants.clear();
        transaction = ledger.begin(id + "." + ++transactions);
        var number = 0;
        for (var batch = cluster.random().nextInt(5); batch >= 0; batch--) {
            var lane = lanes.get(cluster.random().nextInt(lanes.size()));
            participants.add(lane.participant);
            var records = new ArrayList<String>();
            for (var i = cluster.random().nextInt(2); i >= 0; i--) {
                records.add(transaction.write(lane.route.partition(), number++));
            }
            lane.batches.add(records);
        }
        for (var batch = cluster.random().nextInt(3); batch > 0; batch--) {
            participants.add(later.participant);
            later.batches.add(List.of(transaction.writeLater(number++)));
        }
        allLanes().forEach(Lane::send);
        var lent = source == null ? null : source.lend();
        if (lent != null && !lent.offsets().isEmpty()) {
            loan = lent;
            participants.add(SideParticipant.SHARES.of(source.partition()));
            acknowledge();
        }
    }

    private void decideIfAllIsDone() {
        if (loan == null && allLanes().allMatch(lane -> lane.batches.isEmpty())) {
            decide();
        }
    }

    private Stream<Lane> allLanes() {
        return Stream.concat(lanes.stream(), Stream.of(later));
    }

    // ---- records that are acknowledged in it

    private void acknowledge() {
        var present = process;
        var producer = identity;
        var asked = loan;
        var takesPart = transaction;
        var said = asked.offsets().stream()
                .map(offset -> new Acknowledgement(OffsetRange.of(offset), Verdict.ACCEPT))
                .toList();
        acknowledgements.ask(
                (broker, answer) -> {
                    var found = broker.partition(source.partition());
                    if (found == null || !(found.role() instanceof Role.Leader leader)) {
                        answer.with(() -> acknowledged(ErrorCode.NOT_LEADER_OR_FOLLOWER));
                        return;
                    }
                    asked.deliveries().said(broker, asked.member(), asked.offsets());
                    broker.acknowledgeInTransaction(
                                    id, producer, source.partition(), ShareMember.GROUP, asked.member(), said)
                            .whenComplete(cluster.judged((done, failure) -> {
                                if (broker.hasLostPower()) {
                                    return;
                                }
                                if (failure == null) {
                                    takesPart.acknowledged(
                                            asked.deliveries(), leader.epoch().value(), asked.offsets());
                                }
                                var code = failure == null ? ErrorCode.NONE : Route.code(failure);
                                answer.with(() -> acknowledged(code));
                            }));
                },
                () -> again(present, acknowledgements, this::acknowledge));
    }

    private void acknowledged(ErrorCode outcome) {
        switch (outcome) {
            case NONE -> {
                loan = null;
                decideIfAllIsDone();
            }
            case INVALID_PRODUCER_EPOCH, PRODUCER_FENCED, INVALID_TXN_STATE, INVALID_PRODUCER_ID_MAPPING -> {
                cluster.history().add(transaction.name() + " is over: " + outcome);
                start();
            }
            case UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND, INVALID_RECORD_STATE -> {
                cluster.history().add(transaction.name() + " has lost what it moves: " + outcome);
                allLanes().forEach(Lane::forget);
                loan = null;
                end(Outcome.ABORT);
            }
            default -> {
                refuseUnexpected(outcome);
                againLater(acknowledgements, this::acknowledge);
            }
        }
    }

    /** How records come to a partition, at the broker that leads it. */
    private interface Way {
        /** @param before how many the producer has written there in this transaction */
        CompletionStage<ErrorCode> write(
                SimulatedBroker broker, ProducerIdentity producer, TopicPartition to, int before, List<String> batch);
    }

    private CompletionStage<ErrorCode> produce(
            SimulatedBroker broker, ProducerIdentity producer, TopicPartition to, int before, List<String> batch) {
        return broker.produceInTransaction(id, producer, to, bytes(producer, before, batch), PATIENCE)
                .thenApply(TransactionalProducer::outcome);
    }

    private CompletionStage<ErrorCode> sendLater(
            SimulatedBroker broker, ProducerIdentity producer, TopicPartition to, int before, List<String> batch) {
        var records = batch.stream()
                .map(record -> DelayedSender.delayed(
                        record, cluster.wallMs() + cluster.random().nextInt(4_000)))
                .toList();
        return broker.delayInTransaction(id, producer, to, before, records).thenApply(done -> ErrorCode.NONE);
    }

    /** A partition, and what is to be written there. */
    private final class Lane {
        private final Route route;
        private final TopicPartition participant;
        private final Way way;
        private final Deque<List<String>> batches = new ArrayDeque<>();

        private Lane(Route route, TopicPartition participant, Way way) {
            this.route = route;
            this.participant = participant;
            this.way = way;
        }

        void forget() {
            batches.clear();
            route.forget();
        }

        /** Nothing where nothing is left to be written, or the transaction is being given up. */
        void send() {
            if (batches.isEmpty()) {
                return;
            }
            var present = process;
            var producer = identity;
            var batch = batches.element();
            var before = sequences.getOrDefault(participant, 0);
            route.ask(
                    (broker, answer) -> way.write(broker, producer, route.partition(), before, batch)
                            .exceptionally(Route::code)
                            .whenComplete(
                                    cluster.judged((outcome, none) -> answer.with(() -> answered(outcome, batch)))),
                    () -> again(present, route, this::send));
        }

        private void answered(ErrorCode outcome, List<String> batch) {
            if (ENDED.contains(outcome)) {
                cluster.history().add(transaction.name() + " is over: " + outcome);
                start();
            } else if (outcome != ErrorCode.NONE) {
                refuseUnexpected(outcome);
                againLater(route, this::send);
            } else {
                batches.remove();
                sequences.merge(participant, batch.size(), Integer::sum);
                send();
                decideIfAllIsDone();
            }
        }
    }

    private static ByteBuffer bytes(ProducerIdentity producer, int sequence, List<String> records) {
        var builder = new RecordBatchBuilder(Compression.NONE)
                .producer(producer.producerId(), producer.epoch(), sequence)
                .transactional();
        for (var record : records) {
            builder.append(1_700_000_000_000L, null, record.getBytes(UTF_8), List.of());
        }
        return builder.build();
    }

    private static ErrorCode outcome(AppendResult result) {
        return result instanceof AppendResult.Rejected rejected ? rejected.error() : ErrorCode.NONE;
    }

    private void refuseUnexpected(ErrorCode code) {
        if (code == ErrorCode.UNKNOWN_SERVER_ERROR || code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
            throw new AssertionError(transaction.name() + " is answered " + code);
        }
    }

    // ---- its end

    private void decide() {
        switch (cluster.random().nextInt(12)) {
            case 0 -> {
                cluster.history().add(transaction.name() + " is left alone by its producer");
                start();
            }
            case 1, 2, 3 -> end(Outcome.ABORT);
            case 4, 5 -> prepare();
            default -> {
                transaction.askedToCommit();
                end(Outcome.COMMIT);
            }
        }
    }

    private void prepare() {
        var present = process;
        var producer = identity;
        var branch = transaction;
        var named = names ? Set.copyOf(participants) : Set.<TopicPartition>of();
        coordinator.ask(
                (broker, answer) -> {
                    var reign = coordinator.reign(broker);
                    broker.coordinators()
                            .transactions()
                            .prepare(id, producer, TransactionManager.xid(branch.name()), named)
                            .exceptionally(Route::code)
                            .whenComplete(cluster.judged((told, none) -> {
                                if (told == ErrorCode.NONE && !broker.hasLostPower()) {
                                    branch.prepared();
                                    manager.isPrepared(id, branch.name(), reign);
                                }
                                answer.with(() -> prepared(told));
                            }));
                },
                () -> {
                    if (present == process && cluster.random().nextInt(6) == 0) {
                        cluster.history().add(branch.name() + " is left alone while it is prepared");
                        start();
                    } else {
                        again(present, coordinator, this::prepare);
                    }
                });
    }

    private void prepared(ErrorCode told) {
        if (told == ErrorCode.NONE) {
            var present = process;
            manager.decide(
                    id,
                    transaction.name(),
                    goesOnAs -> loop.execute(() -> {
                        if (present == process) {
                            became(goesOnAs);
                            begin();
                        }
                    }));
            if (cluster.random().nextInt(4) == 0) {
                cluster.history().add(transaction.name() + " is left to its manager");
                start();
            }
        } else if (ENDED.contains(told)) {
            cluster.history().add(transaction.name() + " is over: " + told);
            start();
        } else {
            refuseUnexpected(told);
            againLater(coordinator, this::prepare);
        }
    }

    private void end(Outcome outcome) {
        var present = process;
        var producer = identity;
        var ends = transaction;
        var named = names ? Set.copyOf(participants) : Set.<TopicPartition>of();
        coordinator.ask(
                (broker, answer) -> broker.coordinators()
                        .transactions()
                        .end(id, producer, outcome, true, named)
                        .exceptionally(failure -> new EndAnswer(Route.code(failure), ProducerIdentity.NONE))
                        .whenComplete(cluster.judged((told, none) -> {
                            if (told.error() == ErrorCode.NONE && !broker.hasLostPower()) {
                                ends.is(outcome, "the coordinator at " + broker.id());
                            }
                            answer.with(() -> told(told, outcome));
                        })),
                () -> {
                    if (present == process && cluster.random().nextInt(6) == 0) {
                        cluster.history().add(ends.name() + " is left alone at its end");
                        start();
                    } else {
                        again(present, coordinator, () -> end(outcome));
                    }
                });
    }

    private void told(EndAnswer told, Outcome outcome) {
        if (told.error() == ErrorCode.NONE) {
            became(told.producer());
            begin();
        } else if (ENDED.contains(told.error())) {
            cluster.history().add(transaction.name() + " is over: " + told.error());
            start();
        } else {
            refuseUnexpected(told.error());
            againLater(coordinator, () -> end(outcome));
        }
    }

    @Override
    public String toString() {
        return id + " as " + identity + " in " + (transaction == null ? "none" : transaction.name()) + ", lacking "
                + allLanes().map(lane -> lane.batches).toList();
    }
}
