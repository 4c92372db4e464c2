package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on the wire. Owned by the client's loop; calls from elsewhere hop there, in their order. What is done first waits a moment, or
 * for the end, so that what belongs to a short transaction goes to the brokers, and to their disks, all at once.
 *
 * <pre>
 *   OPEN ──commit, rollback, prepare──▶ ENDING ──answered──▶ ENDED
 * </pre>
 */
final class WireTransaction implements Transaction {
    private static final Duration GATHERING = Duration.ofMillis(5);

    private enum Phase {
        OPEN,
        ENDING,
        ENDED
    }

    private record Work(Consumer<TransactionIdentity> work, CompletableFuture<?> answer) {}

    private final ClientLoop client;
    private final Cluster cluster;
    private final Producer producer;
    private final Transactions transactions;
    private final int timeoutMs;
    private volatile boolean hasWork;

    // Owned by the loop.
    private final Map<TopicPartition, BranchSender> senders = new HashMap<>();
    private final Map<TopicPartition, BranchDelayer> delayers = new HashMap<>();
    private final Map<ShareMember, MemberAcknowledger> acknowledgers = new LinkedHashMap<>();
    /** Who takes part by what was asked for so far. */
    private final Set<TopicPartition> participants = new HashSet<>();

    private Phase phase = Phase.OPEN;
    private @Nullable CompletionStage<TransactionIdentity> identity;
    private @Nullable TransactionIdentity given;
    private final Queue<Work> untilGiven = new ArrayDeque<>();
    private @Nullable BrokerException failure;
    private @Nullable Cancellable holding;
    private boolean wantsHurry;
    private boolean hurried;
    private int unanswered;
    private @Nullable Runnable onQuiet;

    WireTransaction(
            ClientLoop client, Cluster cluster, Producer producer, Transactions transactions, Duration timeout) {
        this.client = client;
        this.cluster = cluster;
        this.producer = producer;
        this.transactions = transactions;
        this.timeoutMs = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    }

    @Override
    public boolean hasWork() {
        return hasWork;
    }

    @Override
    public CompletionStage<Long> send(TopicPartition partition, NewRecord record) {
        return producer.admit(
                partition,
                record,
                Acks.ALL,
                send -> perform(send.answer(), known -> sender(partition, known).send(send, 0)));
    }

    @Override
    public CompletionStage<Void> sendLater(TopicPartition partition, NewRecord record, long atMs) {
        return producer.admit(
                        partition,
                        record,
                        Acks.ALL,
                        send -> perform(send.answer(), known -> delayer(partition, known)
                                .send(send, atMs)))
                .thenApply(sent -> null);
    }

    private BranchSender sender(TopicPartition partition, TransactionIdentity known) {
        participants.add(partition);
        return senders.computeIfAbsent(
                partition,
                wanted -> hurriedLikeThis(new BranchSender(client, cluster, producer::channel, wanted, known)));
    }

    private BranchDelayer delayer(TopicPartition partition, TransactionIdentity known) {
        participants.add(SideParticipant.DELAYS.of(partition));
        return delayers.computeIfAbsent(
                partition, wanted -> hurriedLikeThis(new BranchDelayer(client, cluster, wanted, known)));
    }

    private <O extends BranchOutlet> O hurriedLikeThis(O outlet) {
        if (hurried) {
            outlet.hurry();
        }
        return outlet;
    }

    @Override
    public CompletionStage<Void> acknowledge(ShareStream stream, ShareStream.ShareDelivery first, long lastOffset) {
        if (!(stream instanceof ShareMember member)) {
            throw new IllegalArgumentException("not a stream of a client on the wire: " + stream);
        }
        var done = new CompletableFuture<Void>();
        perform(done, known -> {
            participants.add(SideParticipant.SHARES.of(first.partition()));
            acknowledger(member, known).accept(first, lastOffset, done);
        });
        return done;
    }

    private MemberAcknowledger acknowledger(ShareMember member, TransactionIdentity known) {
        return acknowledgers.computeIfAbsent(member, each -> {
            var acknowledger = new MemberAcknowledger(each, known);
            if (hurried) {
                acknowledger.hurry();
            }
            return acknowledger;
        });
    }

    /** Nothing is held back from now on. What there is becomes part of the transaction first, all with one question. */
    private void hurry() {
        if (holding != null) {
            holding.cancel();
        }
        var known = given;
        if (wantsHurry || known == null) {
            wantsHurry = true;
            return;
        }
        wantsHurry = true;
        if (joinByThemselves(known)) {
            hurryAll();
        } else {
            // Who is refused says so itself.
            transactions.calls().join(known, Set.copyOf(participants)).whenComplete((joined, thrown) -> hurryAll());
        }
    }

    /** Whether there is nothing to gain by asking for all participants at once. */
    private boolean joinByThemselves(TransactionIdentity known) {
        return participants.size() < 2 || known.standing().containsAll(participants);
    }

    private void hurryAll() {
        if (!hurried) {
            hurried = true;
            // Acknowledgements have one hop more to go, and should reach the disk together with the rest.
            acknowledgers.values().forEach(MemberAcknowledger::hurry);
            senders.values().forEach(BranchOutlet::hurry);
            delayers.values().forEach(BranchOutlet::hurry);
        }
    }

    /** Does a piece of work once the transaction has its identity; the work completes the answer. */
    private void perform(CompletableFuture<?> answer, Consumer<TransactionIdentity> work) {
        hasWork = true;
        client.runSoon(
                () -> {
                    if (phase != Phase.OPEN || failure != null) {
                        answer.completeExceptionally(failure != null ? failure : ended());
                        return;
                    }
                    unanswered++;
                    CompletionStage<?> awaited = answer;
                    awaited.whenComplete((done, thrown) -> client.runHere(() -> answered(thrown), () -> {}));
                    if (given != null) {
                        work.accept(given);
                        return;
                    }
                    untilGiven.add(new Work(work, answer));
                    if (identity == null) {
                        holding = client.loop().schedule(GATHERING, this::hurry);
                        identity = transactions.identity(this, timeoutMs).whenComplete(this::given);
                    }
                },
                () -> answer.completeExceptionally(WireBrokerClient.closed()));
    }

    private void given(@Nullable TransactionIdentity known, @Nullable Throwable thrown) {
        if (thrown != null) {
            broken(Failures.of(thrown));
        }
        given = known;
        for (var next = untilGiven.poll(); next != null; next = untilGiven.poll()) {
            if (failure == null && known != null) {
                next.work().accept(known);
            } else {
                next.answer().completeExceptionally(failure == null ? ended() : failure);
            }
        }
        if (wantsHurry) {
            wantsHurry = false;
            hurry();
        }
    }

    /** A failure is known before anybody takes the transaction for quiet, and so for one that may commit. */
    private void answered(@Nullable Throwable thrown) {
        if (thrown != null) {
            broken(Failures.of(thrown));
        }
        if (--unanswered == 0 && onQuiet != null) {
            onQuiet.run();
        }
    }

    /** Something of it did not come about, so nothing may. */
    private void broken(BrokerException reason) {
        if (failure == null) {
            failure = reason;
            senders.values().forEach(sender -> sender.fail(reason));
            delayers.values().forEach(delayer -> delayer.fail(reason));
            acknowledgers.values().forEach(acknowledger -> acknowledger.fail(reason));
        }
    }

    /** On the loop. The client is closed; brokers roll the transaction back when its time is over. */
    void fail(BrokerException reason) {
        broken(reason);
        transactions.lost(this);
    }

    @Override
    public CompletionStage<Void> commit() {
        return finish(() -> whenGiven().thenCompose(asked -> {
            var known = given;
            var channel = known == null ? null : channelForAll(known);
            return known == null || channel == null ? commitWhenQuiet() : commitOn(channel, known);
        }));
    }

    /** Completes once what was asked for has gone where it waits to be sent, or has failed. */
    private CompletionStage<?> whenGiven() {
        var known = identity;
        return known == null ? CompletableFuture.completedStage(null) : known.handle((given, thrown) -> given);
    }

    private CompletionStage<Void> commitWhenQuiet() {
        return whenQuiet().thenCompose(quiet -> failure == null ? end(true) : rolledBackInstead());
    }

    /**
     * The connection of the one session that is acknowledged in, where all that is left to do for the transaction can go over it: its broker leads
     * everything and coordinates the transaction, and what is done is one request for each partition.
     */
    private @Nullable BrokerChannel channelForAll(TransactionIdentity known) {
        if (failure != null || wantsHurry || !delayers.isEmpty() || acknowledgers.size() != 1) {
            return null;
        }
        var acknowledger = acknowledgers.values().iterator().next().only(client);
        if (acknowledger == null || !joinByThemselves(known)) {
            return null;
        }
        var channel = acknowledger.session().freeChannel();
        var coordinator = cluster.transactionCoordinatorIfKnown(known.transactionalId());
        if (channel == null || coordinator == null || !channel.endpoint().equals(coordinator)) {
            return null;
        }
        var waiting = acknowledger.waitingAlone();
        for (var sender : senders.values()) {
            if (waiting <= 0 || sender.waitingAlone() <= 0 || !cluster.isLedBy(sender.partition, coordinator)) {
                return null;
            }
            waiting += sender.waitingAlone();
        }
        return waiting == unanswered ? channel : null;
    }

    /** Asks for everything and the commit in one go; the broker commits if all the rest comes about. */
    private CompletionStage<Void> commitOn(BrokerChannel channel, TransactionIdentity known) {
        var before = channel.sent();
        senders.values().forEach(sender -> sender.sendFirstOn(channel));
        hurry();
        var requests = channel.sent() - before;
        if (requests != senders.size() + 1) {
            return commitWhenQuiet();
        }
        return transactions
                .calls()
                .commitBehind(channel, requests, known, participants)
                .<CompletionStage<Void>>handle((next, thrown) -> {
                    if (thrown != null) {
                        var lost = Failures.of(thrown);
                        return wasNeverAsked(lost) ? commitWhenQuiet() : findOut(known, lost);
                    }
                    next.ifPresent(identity -> transactions.ended(this, identity));
                    return next.isPresent() ? CompletableFuture.completedStage(null) : commitWhenQuiet();
                })
                .thenCompose(outcome -> outcome);
    }

    private static boolean wasNeverAsked(BrokerException failure) {
        return failure instanceof UnsentException || failure.code() == ErrorCode.UNSUPPORTED_VERSION;
    }

    /** The answer to a commit is lost, and with the connection what was acknowledged: it is rolled back, unless it is committed already. */
    private CompletionStage<Void> findOut(TransactionIdentity known, BrokerException lost) {
        broken(lost);
        return transactions
                .calls()
                .end(known, false, participants)
                .<CompletionStage<Void>>handle((next, thrown) -> {
                    if (thrown == null) {
                        transactions.ended(this, next);
                        return CompletableFuture.failedStage(rolledBack());
                    }
                    // Who is fenced has ended it before, or was too late: to ask for the same again tells, and does
                    // nothing.
                    var refusal = Failures.of(thrown);
                    return refusal.code() == ErrorCode.PRODUCER_FENCED
                            ? end(true)
                            : CompletableFuture.failedStage(whyNot(refusal));
                })
                .thenCompose(outcome -> outcome);
    }

    @Override
    public CompletionStage<Void> rollback() {
        // What is under way ends first: an acknowledgement that came behind the end would leave its record with the
        // member.
        return finish(() -> whenQuiet().thenCompose(quiet -> end(false)));
    }

    @Override
    public CompletionStage<Boolean> prepare(Xid xid) {
        return finish(() -> whenQuiet().thenCompose(quiet -> prepareNow(xid)));
    }

    private CompletionStage<Boolean> prepareNow(Xid xid) {
        if (failure != null) {
            return rolledBackInstead();
        }
        var known = identity;
        if (known == null) {
            return CompletableFuture.completedStage(false);
        }
        return known.thenCompose(given -> transactions
                .calls()
                .prepare(given, xid, participants)
                .exceptionallyCompose(thrown -> CompletableFuture.failedStage(whyNot(Failures.of(thrown))))
                .thenApply(done -> {
                    transactions.prepared(this, xid, given, participants);
                    return true;
                }));
    }

    private <T> CompletionStage<T> finish(Supplier<CompletionStage<T>> end) {
        var outcome = new CompletableFuture<T>();
        client.run(
                () -> {
                    if (phase != Phase.OPEN) {
                        outcome.completeExceptionally(ended());
                        return;
                    }
                    phase = Phase.ENDING;
                    end.get().whenComplete((done, thrown) -> {
                        phase = Phase.ENDED;
                        if (thrown == null) {
                            outcome.complete(done);
                        } else {
                            transactions.lost(this);
                            outcome.completeExceptionally(Failures.of(thrown));
                        }
                    });
                },
                () -> outcome.completeExceptionally(WireBrokerClient.closed()));
        return outcome;
    }

    /** Holds nothing back any more, and completes once everything that was asked for is answered. */
    private CompletionStage<Void> whenQuiet() {
        hurry();
        if (unanswered == 0) {
            return CompletableFuture.completedStage(null);
        }
        var quiet = new CompletableFuture<Void>();
        onQuiet = () -> quiet.complete(null);
        return quiet;
    }

    private CompletionStage<Void> end(boolean commit) {
        var known = identity;
        if (known == null) {
            return CompletableFuture.completedStage(null);
        }
        return known.thenCompose(given -> transactions
                        .calls()
                        .end(given, commit, participants)
                        .thenAccept(next -> transactions.ended(this, next)))
                .exceptionallyCompose(thrown -> {
                    var refusal = whyNot(Failures.of(thrown));
                    transactions.lost(this);
                    // What its coordinator has rolled back already needs no second time.
                    return !commit && refusal.code() == ErrorCode.TRANSACTION_ABORTABLE
                            ? CompletableFuture.completedStage(null)
                            : CompletableFuture.failedStage(refusal);
                });
    }

    /** A coordinator that does not know the identity any more has rolled back what it had open. */
    private static BrokerException whyNot(BrokerException refusal) {
        return switch (refusal.code()) {
            case PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE ->
                new BrokerException(
                        ErrorCode.TRANSACTION_ABORTABLE,
                        "the transaction was rolled back before, perhaps because its time was over",
                        refusal);
            default -> refusal;
        };
    }

    private <T> CompletionStage<T> rolledBackInstead() {
        var reason = rolledBack();
        return end(false).handle((done, thrown) -> {
            throw reason;
        });
    }

    private BrokerException rolledBack() {
        return new BrokerException(
                ErrorCode.TRANSACTION_ABORTABLE,
                "the transaction was rolled back because a part of it failed: "
                        + (failure == null ? "" : failure.getMessage()),
                failure);
    }

    private static BrokerException ended() {
        return new BrokerException(ErrorCode.INVALID_TXN_STATE, "the transaction has ended");
    }
}
