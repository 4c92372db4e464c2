package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.BranchEnd;
import org.isthmus.broker.client.PreparedBranch;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.protocol.codec.BranchesAnswer;
import org.isthmus.broker.protocol.codec.EndBranchAnswer;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a client, and the identities that they have. An identity belongs to one transaction at a time, also while that is
 * prepared, so the next one can begin meanwhile; one whose transaction ended as it should is used again. Owned by the client's loop.
 *
 * <p>Brokers that know of it are told now and then which transactions are still open, and so give up soon what a client that is lost leaves
 * behind; to others the whole time is told at the beginning.
 */
final class Transactions {
    private final ClientLoop client;
    private final TransactionCalls calls;
    private final Map<Integer, IdleIdentities> idle = new HashMap<>();
    private final TransactionNames names;
    private final Map<Xid, Prepared> prepared = new HashMap<>();
    private final Set<WireTransaction> open = new LinkedHashSet<>();
    private final Map<WireTransaction, Kept> kept = new LinkedHashMap<>();
    private @Nullable CompletionStage<Boolean> brokersListen;
    private boolean telling;

    /** What brokers are told to be still there, for as long as the transaction may be open. */
    private record Kept(TransactionIdentity identity, Deadline until) {}

    private record Prepared(TransactionIdentity identity, Set<TopicPartition> participants) {}

    Transactions(ClientLoop client, TransactionCalls calls) {
        this.client = client;
        this.calls = calls;
        this.names = new TransactionNames(client.ids());
    }

    TransactionCalls calls() {
        return calls;
    }

    CompletionStage<TransactionIdentity> identity(WireTransaction transaction, int timeoutMs) {
        open.add(transaction);
        int patienceMs = (int) client.config().transactionPatience().toMillis();
        if (timeoutMs <= patienceMs) {
            return identity(timeoutMs);
        }
        var until = Deadline.after(client.clock().nanos(), Duration.ofMillis(timeoutMs));
        return brokersListen()
                .thenCompose(listen -> listen
                        ? identity(patienceMs).thenApply(identity -> keep(transaction, new Kept(identity, until)))
                        : identity(timeoutMs));
    }

    private CompletionStage<TransactionIdentity> identity(int timeoutMs) {
        return idle(timeoutMs)
                .take()
                .map(rested -> rested.isFresh()
                        ? CompletableFuture.completedStage(rested.identity())
                        : calls.renew(rested.identity())
                                .exceptionallyCompose(lost -> calls.begin(names.next(), timeoutMs)))
                .orElseGet(() -> calls.begin(names.next(), timeoutMs));
    }

    private IdleIdentities idle(int timeoutMs) {
        return idle.computeIfAbsent(timeoutMs, timeout -> new IdleIdentities(client.clock()));
    }

    /** Whether coordinators know of transactions that are kept; asked once, by a question about none. */
    private CompletionStage<Boolean> brokersListen() {
        var known = brokersListen;
        if (known != null) {
            return known;
        }
        var asked = calls.keep(new TransactionIdentity(names.next(), -1, (short) -1, 0))
                .thenApply(nothing -> true)
                .exceptionallyCompose(thrown -> {
                    var refusal = Failures.of(thrown);
                    return switch (refusal.code()) {
                        case INVALID_PRODUCER_ID_MAPPING -> CompletableFuture.completedStage(true);
                        case UNSUPPORTED_VERSION -> CompletableFuture.completedStage(false);
                        default -> CompletableFuture.failedStage(refusal);
                    };
                });
        brokersListen = asked;
        asked.whenComplete((answer, thrown) -> {
            if (thrown != null) {
                brokersListen = null; // the next one asks again
            }
        });
        return asked;
    }

    private TransactionIdentity keep(WireTransaction transaction, Kept what) {
        if (open.contains(transaction)) {
            kept.put(transaction, what);
            tellLater();
        }
        return what.identity();
    }

    private void tellLater() {
        if (!telling && !kept.isEmpty()) {
            telling = true;
            client.loop().schedule(client.config().transactionPatience().dividedBy(4), () -> {
                telling = false;
                kept.values().removeIf(each -> client.hasPassed(each.until()));
                // What is wrong with a transaction comes out when it is ended.
                kept.values().forEach(each -> calls.keep(each.identity()));
                tellLater();
            });
        }
    }

    private void close(WireTransaction transaction) {
        open.remove(transaction);
        kept.remove(transaction);
    }

    /** The transaction has ended, and another may begin under this identity. */
    void ended(WireTransaction transaction, TransactionIdentity next) {
        close(transaction);
        giveBack(next);
    }

    private void giveBack(TransactionIdentity next) {
        idle(next.timeoutMs()).add(next);
    }

    /** The transaction is out of this client's hands; its identity is not used again. */
    void lost(WireTransaction transaction) {
        close(transaction);
    }

    void prepared(
            WireTransaction transaction, Xid xid, TransactionIdentity identity, Set<TopicPartition> participants) {
        close(transaction);
        prepared.put(xid, new Prepared(identity, participants));
    }

    void close(BrokerException reason) {
        List.copyOf(open).forEach(transaction -> transaction.fail(reason));
        kept.clear();
    }

    CompletionStage<List<PreparedBranch>> branches() {
        return calls.branches().thenApply(branches -> branches.stream()
                .flatMap(branch -> state(branch.state()).stream()
                        .map(state -> new PreparedBranch(
                                branch.xid(),
                                branch.transactionalId(),
                                state,
                                Duration.ofMillis(branch.ageMs()),
                                Set.copyOf(branch.participants()))))
                .toList());
    }

    private static Optional<PreparedBranch.State> state(byte state) {
        return switch (state) {
            case BranchesAnswer.PREPARED -> Optional.of(PreparedBranch.State.PREPARED);
            case BranchesAnswer.HEURISTICALLY_COMMITTED -> Optional.of(PreparedBranch.State.HEURISTICALLY_COMMITTED);
            case BranchesAnswer.HEURISTICALLY_ROLLED_BACK ->
                Optional.of(PreparedBranch.State.HEURISTICALLY_ROLLED_BACK);
            default -> Optional.empty();
        };
    }

    CompletionStage<BranchEnd> endBranch(Xid xid, boolean commit, boolean heuristic) {
        var own = prepared.get(xid);
        if (own == null) {
            return find(xid)
                    .thenCompose(id -> calls.endBranch(id, xid, commit, heuristic))
                    .thenApply(Transactions::end);
        }
        var identity = own.identity();
        return calls.endBranch(identity.transactionalId(), xid, commit, heuristic)
                .thenApply(answer -> {
                    prepared.remove(xid);
                    if (!heuristic && answer.producerId() >= 0) {
                        giveBack(identity.goingOn(answer.producerId(), answer.producerEpoch(), own.participants()));
                    }
                    return end(answer);
                });
    }

    CompletionStage<Void> forget(Xid xid) {
        prepared.remove(xid);
        return find(xid).thenCompose(id -> calls.forget(id, xid));
    }

    /** The transactional id of a branch that somebody prepared. */
    private CompletionStage<String> find(Xid xid) {
        return calls.branches().thenApply(branches -> branches.stream()
                .filter(branch -> branch.xid().equals(xid))
                .findFirst()
                .map(BranchesAnswer.Branch::transactionalId)
                .orElseThrow(
                        () -> new BrokerException(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, "there is no branch " + xid)));
    }

    private static BranchEnd end(EndBranchAnswer answer) {
        return switch (answer.state()) {
            case BranchesAnswer.HEURISTICALLY_COMMITTED -> BranchEnd.HEURISTICALLY_COMMITTED;
            case BranchesAnswer.HEURISTICALLY_ROLLED_BACK -> BranchEnd.HEURISTICALLY_ROLLED_BACK;
            default -> BranchEnd.AS_ASKED;
        };
    }
}
