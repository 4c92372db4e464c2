package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What the client knows of the cluster: its brokers, where partitions are led, where groups are coordinated. What proves wrong is
 * forgotten and asked for again. Owned by the client's loop.
 */
final class Cluster {
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;

    private final ClientLoop client;
    private final List<Endpoint> bootstrap;
    private final Map<Endpoint, BrokerChannel> channels = new HashMap<>();
    private final Map<Endpoint, BrokerChannel> patientChannels = new HashMap<>();
    private final Map<String, TopicMetadata> topics = new HashMap<>();
    private final Map<String, CompletionStage<TopicMetadata>> asked = new HashMap<>();
    private final Map<Coordinated, Endpoint> coordinators = new HashMap<>();
    private List<Endpoint> brokers;
    private int next;

    /** What has a coordinator, by the type and the key that the wire names it by. */
    private record Coordinated(byte keyType, String key) {}

    Cluster(ClientLoop client, List<Endpoint> bootstrap) {
        this.client = client;
        this.bootstrap = List.copyOf(bootstrap);
        this.brokers = this.bootstrap;
    }

    Endpoint at(String host, int port) {
        return client.at(host, port);
    }

    /** The topic as it is known, or as a broker tells. Fails with {@code UNKNOWN_TOPIC_OR_PARTITION} where there is none. */
    CompletionStage<TopicMetadata> topic(String name, Deadline deadline) {
        var known = topics.get(name);
        return known != null ? CompletableFuture.completedStage(known) : ask(name, deadline);
    }

    /** The topic as a broker told it at most so long ago, or tells it now: it may have got partitions. */
    CompletionStage<TopicMetadata> topic(String name, Duration age, Deadline deadline) {
        var known = topics.get(name);
        return known != null && client.clock().nanos() - known.atNanos() < age.toNanos()
                ? CompletableFuture.completedStage(known)
                : ask(name, deadline);
    }

    /** The topic as it is known, without asking. */
    @Nullable
    TopicMetadata topicIfKnown(String name) {
        return topics.get(name);
    }

    void forgetTopic(String name) {
        topics.remove(name);
    }

    /** Whether this broker leads the partition, as far as that is known without asking. */
    boolean isLedBy(TopicPartition partition, Endpoint broker) {
        var topic = topics.get(partition.topic());
        return topic != null && topic.isLedBy(partition.partition(), broker);
    }

    CompletionStage<Endpoint> leader(TopicPartition partition, Deadline deadline) {
        return topicOf(partition, deadline).thenApply(topic -> {
            try {
                return topic.leader(partition.partition());
            } catch (BrokerException e) {
                // The partition may have been made, or have elected a leader, since we asked.
                forgetTopic(partition.topic());
                throw e;
            }
        });
    }

    /** A partition that is not known may have been added. */
    private CompletionStage<TopicMetadata> topicOf(TopicPartition partition, Deadline deadline) {
        return topic(partition.topic(), deadline)
                .thenCompose(topic -> partition.partition() < topic.info().partitions()
                        ? CompletableFuture.completedStage(topic)
                        : topic(partition.topic(), Duration.ZERO, deadline));
    }

    CompletionStage<Endpoint> coordinator(String group, Deadline deadline) {
        return coordinator(new Coordinated(GROUP, group), deadline);
    }

    void forgetCoordinator(String group) {
        coordinators.remove(new Coordinated(GROUP, group));
    }

    CompletionStage<Endpoint> transactionCoordinator(String transactionalId, Deadline deadline) {
        return coordinator(new Coordinated(TRANSACTION, transactionalId), deadline);
    }

    /** The coordinator as it is known, without asking. */
    @Nullable
    Endpoint transactionCoordinatorIfKnown(String transactionalId) {
        return coordinators.get(new Coordinated(TRANSACTION, transactionalId));
    }

    void forgetTransactionCoordinator(String transactionalId) {
        coordinators.remove(new Coordinated(TRANSACTION, transactionalId));
    }

    private CompletionStage<Endpoint> coordinator(Coordinated wanted, Deadline deadline) {
        var known = coordinators.get(wanted);
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        var request =
                new FindCoordinatorRequestData().setKeyType(wanted.keyType()).setCoordinatorKeys(List.of(wanted.key()));
        return movingOn(request(next(), Api.FIND_COORDINATOR, request, deadline).thenApply(answer -> {
            var found = answer.coordinators().get(0);
            Failures.check(found.errorCode(), "coordinator of " + wanted.key(), found.errorMessage());
            var endpoint = client.at(found.host(), found.port());
            coordinators.put(wanted, endpoint);
            return endpoint;
        }));
    }

    /** Whether any broker that can be reached asks who comes; fails where it does not let the client in. */
    CompletionStage<Boolean> login(Deadline deadline) {
        return movingOn(channel(next()).login());
    }

    /** As any broker tells it. */
    CompletionStage<String> id(Deadline deadline) {
        var nothingElse = new MetadataRequestData().setTopics(List.of()).setAllowAutoTopicCreation(false);
        return requestAny(Api.METADATA, nothingElse, deadline).thenApply(MetadataResponseData::clusterId);
    }

    /** On the channel to a broker that requests with quick answers share. Given up while there is time to ask once more. */
    <A extends ApiMessage> CompletionStage<A> request(Endpoint broker, Api<A> api, ApiMessage body, Deadline deadline) {
        return channel(broker).request(api, body, client.attemptDeadline(deadline));
    }

    private BrokerChannel channel(Endpoint broker) {
        return open(channels, broker);
    }

    /**
     * For what must not be asked for twice, and so waits for its answer as long as it may, and for what lives as long as its connection: who gives
     * up on a request closes the channel that it was made on.
     */
    BrokerChannel patientChannel(Endpoint broker) {
        return open(patientChannels, broker);
    }

    private BrokerChannel open(Map<Endpoint, BrokerChannel> channels, Endpoint broker) {
        var channel = channels.get(broker);
        if (channel == null || channel.isClosed()) {
            channel = BrokerChannel.open(client, broker);
            channels.put(broker, channel);
        }
        return channel;
    }

    /** Asks any broker that can be reached; each failed attempt moves on to the next one. */
    <A extends ApiMessage> CompletionStage<A> requestAny(Api<A> api, ApiMessage body, Deadline deadline) {
        return movingOn(request(next(), api, body, deadline));
    }

    /** As {@link #requestAny}, on the broker's patient channel. */
    <A extends ApiMessage> CompletionStage<A> requestAnyPatiently(Api<A> api, ApiMessage body, Deadline deadline) {
        return movingOn(patientChannel(next()).request(api, body, deadline));
    }

    private Endpoint next() {
        return brokers.get(Math.floorMod(next, brokers.size()));
    }

    private <T> CompletionStage<T> movingOn(CompletionStage<T> attempt) {
        return attempt.whenComplete((answer, thrown) -> {
            if (thrown != null && isOfThisBroker(Failures.of(thrown))) {
                next++;
            }
        });
    }

    /** Whether another broker may answer otherwise: this one is not reached, no side trusts the other, or it has lost touch with the cluster. */
    private static boolean isOfThisBroker(BrokerException failure) {
        return failure instanceof UnsentException
                || Failures.isUnclear(failure)
                || failure.code() == ErrorCode.SASL_AUTHENTICATION_FAILED
                || failure.code() == ErrorCode.COORDINATOR_NOT_AVAILABLE;
    }

    void close() {
        List.copyOf(channels.values()).forEach(BrokerChannel::close);
        channels.clear();
        List.copyOf(patientChannels.values()).forEach(BrokerChannel::close);
        patientChannels.clear();
    }

    private CompletionStage<TopicMetadata> ask(String name, Deadline deadline) {
        var underWay = asked.get(name);
        if (underWay != null) {
            return underWay;
        }
        var request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(name)))
                .setAllowAutoTopicCreation(false);
        var asking = requestAny(Api.METADATA, request, deadline).thenApply(answer -> learn(name, answer));
        asked.put(name, asking);
        return asking.whenComplete((topic, thrown) -> asked.remove(name));
    }

    private TopicMetadata learn(String name, MetadataResponseData answer) {
        var endpoints = new HashMap<Integer, Endpoint>();
        for (var broker : answer.brokers()) {
            endpoints.put(broker.nodeId(), client.at(broker.host(), broker.port()));
        }
        if (!endpoints.isEmpty()) {
            // The bootstrap addresses stay, last: they may be all that is left when every known broker has moved.
            var reachable = new LinkedHashSet<>(endpoints.values());
            reachable.addAll(bootstrap);
            brokers = List.copyOf(reachable);
        }
        topics.remove(name);
        var told = answer.topics().find(name);
        if (told == null) {
            throw new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "no topic " + name);
        }
        Failures.check(told.errorCode(), "topic " + name, null);
        var leaders = new ArrayList<TopicMetadata.Leader>();
        for (int i = 0; i < told.partitions().size(); i++) {
            leaders.add(new TopicMetadata.Leader.None());
        }
        for (var partition : told.partitions()) {
            var leader = endpoints.get(partition.leaderId());
            if (leader != null) {
                leaders.set(partition.partitionIndex(), new TopicMetadata.Leader.At(leader));
            }
        }
        if (leaders.contains(new TopicMetadata.Leader.None())) {
            // Or one that has lost touch with the cluster; the next one that is asked may know better.
            next++;
        }
        var info = new TopicInfo(name, javaUuid(told.topicId()), leaders.size());
        var topic = new TopicMetadata(info, leaders, client.clock().nanos());
        topics.put(name, topic);
        return topic;
    }

    static UUID javaUuid(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    static Uuid wireUuid(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
