package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BranchEnd;
import org.isthmus.broker.client.Browsed;
import org.isthmus.broker.client.ClusterView;
import org.isthmus.broker.client.GroupView;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.OperatorClient;
import org.isthmus.broker.client.PartitionTail;
import org.isthmus.broker.client.PreparedBranch;
import org.isthmus.broker.client.RecordStream;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.client.TransactionView;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.codec.LeaseRequest;

/**
 * The broker client on the wire protocol. Everything it knows lives on one loop; calls hop there and their stages complete there, so one
 * client's work is never done by two threads.
 */
final class WireBrokerClient implements OperatorClient {
    private final ClientLoop client;
    private final Runnable onClose;
    private final Cluster cluster;
    private final Producer producer;
    private final Topics topics;
    private final Offsets offsets;
    private final Transactions transactions;
    private final GroupSettings groupSettings;
    private final Inspection inspection;

    // Owned by the loop.
    private final Map<TopicPartition, LaterOutlet> later = new LinkedHashMap<>();
    private final Set<FetchStream> streams = new LinkedHashSet<>();
    private final Set<ShareMember> members = new LinkedHashSet<>();
    private final Set<HeldName> names = new LinkedHashSet<>();
    private final Set<Call<?>> calls = new LinkedHashSet<>();
    private boolean isClosed;

    /** A call that was not answered yet. */
    private static final class Call<T> {
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
    }

    WireBrokerClient(ClientLoop client, List<Endpoint> bootstrap, Runnable onClose) {
        this.client = client;
        this.onClose = onClose;
        this.cluster = new Cluster(client, bootstrap);
        this.producer = new Producer(client, cluster);
        this.topics = new Topics(client, cluster);
        this.offsets = new Offsets(cluster);
        this.transactions = new Transactions(client, new TransactionCalls(client, cluster));
        this.groupSettings = new GroupSettings(cluster);
        this.inspection = new Inspection(cluster);
    }

    @Override
    public CompletionStage<Boolean> login() {
        return call("login", cluster::login);
    }

    @Override
    public CompletionStage<String> clusterId() {
        return call("the cluster's identity", cluster::id);
    }

    @Override
    public CompletionStage<TopicInfo> topic(String name) {
        return call("topic " + name, deadline -> topics.find(name, deadline));
    }

    @Override
    public CompletionStage<TopicInfo> createTopic(NewTopic topic) {
        var creation = topics.creation(topic);
        return call("create topic " + topic.name(), creation);
    }

    @Override
    public CompletionStage<Void> deleteTopic(String name) {
        var deletion = topics.deletion(name);
        return call("delete topic " + name, deletion);
    }

    @Override
    public CompletionStage<Long> send(TopicPartition partition, NewRecord record, Acks acks) {
        return producer.send(partition, record, acks);
    }

    @Override
    public CompletionStage<Void> sendLater(TopicPartition partition, NewRecord record, Acks acks, long atMs) {
        var answer = new CompletableFuture<Void>();
        client.run(
                () -> {
                    if (isClosed) {
                        answer.completeExceptionally(closed());
                    } else {
                        later(partition).send(record, acks, atMs, answer);
                    }
                },
                () -> answer.completeExceptionally(closed()));
        return answer;
    }

    private LaterOutlet later(TopicPartition partition) {
        return later.computeIfAbsent(
                partition, wanted -> new LaterOutlet(client, cluster, wanted, () -> later.remove(wanted)));
    }

    @Override
    public CompletionStage<Map<TopicPartition, PartitionTail>> tails(Set<TopicPartition> partitions) {
        return call("tails of " + partitions, deadline -> offsets.tails(partitions, deadline));
    }

    @Override
    public CompletionStage<Map<TopicPartition, Long>> offsets(Map<TopicPartition, OffsetSpec> wanted) {
        return call("offsets of " + wanted.keySet(), deadline -> offsets.list(wanted, deadline));
    }

    @Override
    public RecordStream read(Map<TopicPartition, Long> positions) {
        var stream = new FetchStream(client, cluster, positions, ended -> streams.remove(ended));
        client.run(
                () -> {
                    if (isClosed) {
                        stream.fail(closed());
                    } else {
                        streams.add(stream);
                    }
                },
                () -> stream.fail(closed()));
        return stream;
    }

    @Override
    public ShareStream openShare(String group, String topic, ShareOptions options) {
        var id = client.ids().nextUuid().toString();
        var member = new ShareMember(client, cluster, group, id, topic, options, ended -> members.remove(ended));
        client.run(
                () -> {
                    if (isClosed) {
                        member.fail(closed());
                    } else {
                        members.add(member);
                    }
                },
                () -> member.fail(closed()));
        return member;
    }

    @Override
    public CompletionStage<Void> deleteGroup(String group) {
        return call("delete group " + group, deadline -> offsets.deleteGroup(group, deadline));
    }

    @Override
    public CompletionStage<Void> deleteShareGroup(String group, Set<TopicPartition> partitions) {
        return call("delete share group " + group, deadline -> offsets.deleteShareGroup(group, partitions, deadline));
    }

    @Override
    public CompletionStage<Browsed> browse(
            String group, TopicPartition partition, long from, long to, Optional<String> selector) {
        return call("browse " + partition, deadline -> offsets.browse(group, partition, from, to, selector, deadline));
    }

    @Override
    public CompletionStage<TopicInfo> createTemporary(boolean queue) {
        return call("create a temporary destination", deadline -> topics.createTemporary(queue, deadline));
    }

    @Override
    public CompletionStage<Void> deleteTemporary(String name) {
        return call("delete " + name, deadline -> topics.deleteTemporary(name, deadline));
    }

    @Override
    public Transaction begin(Duration timeout) {
        return new WireTransaction(client, cluster, producer, transactions, timeout);
    }

    @Override
    public CompletionStage<List<PreparedBranch>> preparedBranches() {
        return call("prepared branches", deadline -> transactions.branches());
    }

    @Override
    public CompletionStage<BranchEnd> endBranch(Xid xid, boolean commit, boolean heuristic) {
        return call("end of branch " + xid, deadline -> transactions.endBranch(xid, commit, heuristic));
    }

    @Override
    public CompletionStage<Void> forgetBranch(Xid xid) {
        return call("forgetting branch " + xid, deadline -> transactions.forget(xid));
    }

    @Override
    public CompletionStage<Map<String, String>> groupSettings(String group) {
        return call("settings of group " + group, deadline -> groupSettings.find(group, deadline));
    }

    @Override
    public CompletionStage<Void> changeGroupSettings(String group, Map<String, Optional<String>> changes) {
        return call("settings of group " + group, deadline -> groupSettings.change(group, changes, deadline));
    }

    @Override
    public CompletionStage<ClusterView> cluster() {
        return call("the cluster", inspection::view);
    }

    @Override
    public CompletionStage<List<GroupView>> groups() {
        return call("the groups", inspection::groups);
    }

    @Override
    public CompletionStage<Map<TopicPartition, Long>> committed(String group) {
        return call("offsets of group " + group, deadline -> inspection.committed(group, deadline));
    }

    @Override
    public CompletionStage<List<ShareStanding>> standing(String shareGroup) {
        return call("offsets of share group " + shareGroup, deadline -> inspection.standing(shareGroup, deadline));
    }

    @Override
    public CompletionStage<List<TransactionView>> transactions() {
        return call("the transactions", inspection::transactions);
    }

    @Override
    public CompletionStage<NameLease> lease(
            String name, String terms, boolean shared, Consumer<BrokerException> onLost) {
        var holder = client.ids().nextUuid().toString();
        var claim = new LeaseRequest(name, holder, terms, shared, false);
        var held = new HeldName(client, cluster, claim, onLost);
        return this.<NameLease>call(
                "name " + name, deadline -> held.take(deadline).thenApply(taken -> {
                    names.removeIf(HeldName::hasEnded);
                    names.add(held);
                    held.keep();
                    return taken;
                }));
    }

    @Override
    public void close() {
        client.run(
                () -> {
                    if (!isClosed) {
                        isClosed = true;
                        producer.close(closed());
                        transactions.close(closed());
                        List.copyOf(later.values()).forEach(outlet -> outlet.fail(closed()));
                        List.copyOf(streams).forEach(stream -> stream.fail(closed()));
                        List.copyOf(members).forEach(member -> member.fail(closed()));
                        List.copyOf(calls).forEach(call -> call.outcome.completeExceptionally(closed()));
                        names.forEach(HeldName::drop);
                        cluster.close();
                        onClose.run();
                    }
                },
                () -> {});
    }

    static BrokerException closed() {
        return new BrokerException(ErrorCode.NETWORK_EXCEPTION, "the client is closed");
    }

    /** Runs attempts on the loop until one decides, and fails the call where the client is closed meanwhile. */
    private <T> CompletionStage<T> call(String what, Function<Deadline, CompletionStage<T>> attempt) {
        var call = new Call<T>();
        var outcome = call.outcome;
        client.run(
                () -> {
                    if (isClosed) {
                        outcome.completeExceptionally(closed());
                        return;
                    }
                    calls.add(call);
                    var deadline = client.requestDeadline();
                    Supplier<CompletionStage<T>> attempts = () -> attempt.apply(deadline);
                    Attempts.until(client, deadline, what, attempts).whenComplete((result, thrown) -> {
                        calls.remove(call);
                        if (thrown == null) {
                            outcome.complete(result);
                        } else {
                            outcome.completeExceptionally(Failures.of(thrown));
                        }
                    });
                },
                () -> outcome.completeExceptionally(closed()));
        return outcome;
    }
}
