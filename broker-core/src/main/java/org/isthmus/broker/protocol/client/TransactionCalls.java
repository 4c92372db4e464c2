package org.isthmus.broker.protocol.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.codec.BranchesAnswer;
import org.isthmus.broker.protocol.codec.BranchesRequest;
import org.isthmus.broker.protocol.codec.CommitRequest;
import org.isthmus.broker.protocol.codec.EndBranchAnswer;
import org.isthmus.broker.protocol.codec.EndBranchRequest;
import org.isthmus.broker.protocol.codec.ForgetBranchRequest;
import org.isthmus.broker.protocol.codec.KeepRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.PrepareRequest;
import org.isthmus.broker.protocol.codec.TransactionExtensions;

/** What transactions ask their coordinators, each tried until it succeeds or is refused for good. Used on the client's loop. */
final class TransactionCalls {
    /** Where transactions live. */
    private static final String TRANSACTION_TOPIC = "__transaction_state";

    private final ClientLoop client;
    private final Cluster cluster;

    TransactionCalls(ClientLoop client, Cluster cluster) {
        this.client = client;
        this.cluster = cluster;
    }

    CompletionStage<TransactionIdentity> begin(String id, int timeoutMs) {
        return begin(id, timeoutMs, -1, (short) -1);
    }

    private CompletionStage<TransactionIdentity> begin(String id, int timeoutMs, long producerId, short epoch) {
        var request = new InitProducerIdRequestData()
                .setTransactionalId(id)
                .setTransactionTimeoutMs(timeoutMs)
                .setProducerId(producerId)
                .setProducerEpoch(epoch);
        return atCoordinator(id, "begin of transaction " + id, (coordinator, deadline) -> cluster.request(
                        coordinator, Api.INIT_PRODUCER_ID, request, deadline)
                .thenApply(answer -> {
                    Failures.check(answer.errorCode(), "begin of transaction " + id, null);
                    return new TransactionIdentity(id, answer.producerId(), answer.producerEpoch(), timeoutMs);
                }));
    }

    /** The identity that nobody used for a while, for a transaction now. */
    CompletionStage<TransactionIdentity> renew(TransactionIdentity identity) {
        return begin(identity.transactionalId(), identity.timeoutMs(), identity.producerId(), identity.epoch());
    }

    /** Makes all of them part of the transaction with one question. */
    CompletionStage<Void> join(TransactionIdentity identity, Set<TopicPartition> participants) {
        var what = "joining transaction " + identity.transactionalId();
        var producer = new ProducerIdentity(identity.producerId(), identity.epoch());
        var request = Admission.request(identity.transactionalId(), producer, participants, true);
        return atCoordinator(identity.transactionalId(), what, (coordinator, deadline) -> cluster.request(
                        coordinator, Api.ADD_PARTITIONS_TO_TXN, request, deadline)
                .thenAccept(answer -> Failures.check(Admission.outcome(answer).code(), what, null)));
    }

    /** Answers the identity for the next transaction. */
    CompletionStage<TransactionIdentity> end(
            TransactionIdentity identity, boolean commit, Set<TopicPartition> participants) {
        var what = (commit ? "commit" : "rollback") + " of transaction " + identity.transactionalId();
        var request = new EndTxnRequestData()
                .setTransactionalId(identity.transactionalId())
                .setProducerId(identity.producerId())
                .setProducerEpoch(identity.epoch())
                .setCommitted(commit);
        request.unknownTaggedFields().add(TransactionExtensions.participants(identity.named(participants)));
        return atCoordinator(identity.transactionalId(), what, (coordinator, deadline) -> cluster.request(
                        coordinator, Api.END_TRANSACTION, request, deadline)
                .thenApply(answer -> {
                    Failures.check(answer.errorCode(), what, null);
                    return identity.goingOn(answer.producerId(), answer.producerEpoch(), participants);
                }));
    }

    /**
     * Commits behind the latest requests on a channel to the coordinator, if those come about. Tried once; answers the identity for the next
     * transaction, or nothing where the coordinator did not do it, and fails where the answer is lost.
     */
    CompletionStage<Optional<TransactionIdentity>> commitBehind(
            BrokerChannel channel, int requests, TransactionIdentity identity, Set<TopicPartition> participants) {
        var asked = new CommitRequest(
                identity.transactionalId(),
                identity.producerId(),
                identity.epoch(),
                identity.named(participants),
                requests);
        return channel.request(Api.COMMIT_BEHIND, OwnApi.COMMIT_BEHIND.request(asked), client.requestDeadline())
                .thenApply(OwnApi.COMMIT_BEHIND.answer())
                .thenApply(answer -> answer.error() == ErrorCode.NONE.code()
                        ? Optional.of(identity.goingOn(answer.producerId(), answer.producerEpoch(), participants))
                        : Optional.empty());
    }

    /** Says that the transaction is still worked in. */
    CompletionStage<Void> keep(TransactionIdentity identity) {
        var what = "keeping transaction " + identity.transactionalId();
        var request = OwnApi.KEEP_TRANSACTION.request(
                new KeepRequest(identity.transactionalId(), identity.producerId(), identity.epoch()));
        return atCoordinator(identity.transactionalId(), what, (coordinator, deadline) -> cluster.request(
                        coordinator, Api.KEEP_TRANSACTION, request, deadline)
                .thenApply(OwnApi.KEEP_TRANSACTION.answer())
                .thenAccept(answer -> Failures.check(answer.error(), what, answer.message())));
    }

    CompletionStage<Void> prepare(TransactionIdentity identity, Xid xid, Set<TopicPartition> participants) {
        var what = "prepare of branch " + xid;
        var request = OwnApi.PREPARE_TRANSACTION.request(new PrepareRequest(
                identity.transactionalId(),
                identity.producerId(),
                identity.epoch(),
                xid,
                identity.named(participants)));
        return atCoordinator(identity.transactionalId(), what, (coordinator, deadline) -> cluster.request(
                        coordinator, Api.PREPARE_TRANSACTION, request, deadline)
                .thenApply(OwnApi.PREPARE_TRANSACTION.answer())
                .thenAccept(answer -> Failures.check(answer.error(), what, answer.message())));
    }

    CompletionStage<EndBranchAnswer> endBranch(String id, Xid xid, boolean commit, boolean heuristic) {
        var what = (commit ? "commit" : "rollback") + " of branch " + xid;
        var request = OwnApi.END_BRANCH.request(new EndBranchRequest(id, xid, commit, heuristic));
        return atCoordinator(
                id, what, (coordinator, deadline) -> cluster.request(coordinator, Api.END_BRANCH, request, deadline)
                        .thenApply(OwnApi.END_BRANCH.answer())
                        .thenApply(answer -> {
                            Failures.check(answer.error(), what, answer.message());
                            return answer;
                        }));
    }

    CompletionStage<Void> forget(String id, Xid xid) {
        var request = OwnApi.FORGET_BRANCH.request(new ForgetBranchRequest(id, xid));
        return atCoordinator(id, "forgetting branch " + xid, (coordinator, deadline) -> cluster.request(
                        coordinator, Api.FORGET_BRANCH, request, deadline)
                .thenApply(OwnApi.FORGET_BRANCH.answer())
                .thenAccept(answer -> Failures.check(answer.error(), "forgetting branch " + xid, answer.message())));
    }

    /** Of every shard, or none: what a manager is not told of it takes for what is not there. */
    CompletionStage<List<BranchesAnswer.Branch>> branches() {
        var deadline = client.requestDeadline();
        return Attempts.until(client, deadline, "prepared branches", () -> branches(deadline));
    }

    private CompletionStage<List<BranchesAnswer.Branch>> branches(Deadline deadline) {
        return cluster.topic(TRANSACTION_TOPIC, deadline)
                .thenCompose(topic -> {
                    var byLeader = new HashMap<Endpoint, List<Integer>>();
                    for (var shard = 0; shard < topic.leaders().size(); shard++) {
                        byLeader.computeIfAbsent(topic.leader(shard), any -> new ArrayList<>())
                                .add(shard);
                    }
                    return ask(byLeader, deadline);
                })
                .exceptionallyCompose(thrown -> {
                    var failure = Failures.of(thrown);
                    cluster.forgetTopic(TRANSACTION_TOPIC);
                    return failure.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                            ? CompletableFuture.completedStage(List.of())
                            : CompletableFuture.failedStage(failure);
                });
    }

    private CompletionStage<List<BranchesAnswer.Branch>> ask(Map<Endpoint, List<Integer>> byLeader, Deadline deadline) {
        CompletionStage<List<BranchesAnswer.Branch>> all = CompletableFuture.completedStage(new ArrayList<>());
        for (var entry : byLeader.entrySet()) {
            var request = OwnApi.DESCRIBE_BRANCHES.request(new BranchesRequest(entry.getValue()));
            var answer = cluster.request(entry.getKey(), Api.DESCRIBE_BRANCHES, request, deadline)
                    .thenApply(OwnApi.DESCRIBE_BRANCHES.answer());
            all = all.thenCombine(answer, (found, more) -> {
                Failures.check(more.error(), "prepared branches", more.message());
                found.addAll(more.branches());
                return found;
            });
        }
        return all;
    }

    private interface Call<T> {
        CompletionStage<T> at(Endpoint coordinator, Deadline deadline);
    }

    private <T> CompletionStage<T> atCoordinator(String id, String what, Call<T> call) {
        var deadline = client.requestDeadline();
        return Attempts.until(client, deadline, what, () -> cluster.transactionCoordinator(id, deadline)
                .thenCompose(coordinator -> call.at(coordinator, deadline))
                .whenComplete((answer, thrown) -> {
                    if (thrown != null && Failures.mayPass(Failures.of(thrown))) {
                        cluster.forgetTransactionCoordinator(id);
                    }
                }));
    }
}
