package org.isthmus.broker.protocol.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.protocol.codec.ShareOpening;

/**
 * A member's session at one broker, on a connection of its own; the broker ends it with that connection. Each request carries the epoch that
 * comes next, so they are numbered in the order in which they are sent. Owned by the client's loop.
 *
 * <p>A few acknowledgements are under way at a time, so that one leaves at once while not too much is said; what is to be said meanwhile goes into
 * the next one, which leaves before its time where it gives back what a fetch is to bring again. They are answered in their order.
 */
final class ShareSession {
    private static final int FINAL_EPOCH = -1;
    private static final int MOST_UNDER_WAY = 4;

    private final ClientLoop client;
    private final BrokerChannel channel;
    private final String group;
    private final String member;
    private final ShareOpening opening;
    private final Map<TopicPartition, Uuid> partitions;
    private final int number;
    private List<Saying> toSay = new ArrayList<>();
    private List<Runnable> afterLatest = new ArrayList<>();
    private int underWay;
    private boolean isFetching;
    /** Whether what the fetch under way brings may lie behind what was given back since. */
    private boolean isOvertaking;

    /** Whether the next fetch is to say that the member has lost sight of a transaction. */
    private boolean isInDoubt;

    private boolean isOpen;
    private int epoch;

    /** @param number tells this session from others of the same stream */
    ShareSession(
            ClientLoop client,
            BrokerChannel channel,
            String group,
            String member,
            ShareOpening opening,
            Map<TopicPartition, Uuid> partitions,
            int number) {
        this.client = client;
        this.channel = channel;
        this.group = group;
        this.member = member;
        this.opening = opening;
        // Asked for in an order that is the same in every process: a simulation follows from its seed alone.
        this.partitions = new TreeMap<>(TopicPartition.BY_NAME);
        this.partitions.putAll(partitions);
        this.number = number;
    }

    int number() {
        return number;
    }

    String group() {
        return group;
    }

    String member() {
        return member;
    }

    UUID topicId(TopicPartition partition) {
        return Cluster.javaUuid(partitions.getOrDefault(partition, Uuid.ZERO_UUID));
    }

    /** Asks, on the session's connection, something that the session does not keep. */
    <A extends ApiMessage> CompletionStage<A> request(Api<A> api, ApiMessage body, Deadline deadline) {
        return channel.request(api, body, deadline);
    }

    /** The partition that these stand for; empty where the session is not about it. */
    Optional<TopicPartition> partition(Uuid topic, int index) {
        return partitions.entrySet().stream()
                .filter(entry ->
                        entry.getValue().equals(topic) && entry.getKey().partition() == index)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    boolean isFetching() {
        return isFetching;
    }

    boolean isLost() {
        return channel.isClosed();
    }

    /** Whether the broker has answered, which it does only to a member of the group. */
    boolean isOpen() {
        return isOpen;
    }

    /** Something was given back that goes before what the fetch under way may bring. */
    void gaveBack() {
        isOvertaking |= isFetching;
    }

    /** The member does not know how a transaction ends in which it has acknowledged. */
    void doubt() {
        isInDoubt = true;
    }

    /** Whether that was so during the fetch that is over now. */
    boolean hasOvertaken() {
        var was = isOvertaking;
        isOvertaking = false;
        return was;
    }

    /** Asks for records; the first time, the broker opens the group for this member. One at a time. */
    CompletionStage<ShareFetchResponseData> fetch(int maxRecords, int maxWaitMs) {
        isFetching = true;
        if (toSay.stream().anyMatch(Saying::givesBack)) {
            sayNow(); // the fetch would overtake it, and bring what lies behind
        }
        var request = new ShareFetchRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(1)
                .setMaxBytes(client.config().maxFetchBytes())
                .setMaxRecords(maxRecords)
                .setBatchSize(maxRecords);
        request.unknownTaggedFields().add(ShareExtensions.outOfTurn());
        if (epoch == 0) {
            request.unknownTaggedFields().add(0, ShareExtensions.opening(opening));
            byTopic((topic, indexes) -> {
                var wanted = new ShareFetchRequestData.FetchTopic().setTopicId(topic);
                indexes.forEach(index ->
                        wanted.partitions().add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(index)));
                request.topics().add(wanted);
            });
        }
        if (isInDoubt) {
            isInDoubt = false;
            request.unknownTaggedFields().add(ShareExtensions.inDoubt());
        }
        request.setShareSessionEpoch(nextEpoch());
        return channel.request(Api.SHARE_FETCH, request, client.requestDeadline())
                .whenComplete((answer, thrown) -> {
                    isFetching = false;
                    isOpen |= thrown == null && answer.errorCode() == ErrorCode.NONE.code();
                });
    }

    void say(Saying said) {
        toSay.add(said);
        sayOn();
    }

    /**
     * Runs the task once what was said before is answered, or the session lost. For what is asked beside the session: it would overtake, and
     * what is said of a record that the session does not hold any more takes everything with it that is said in one request.
     */
    void afterSaid(Runnable task) {
        if (!toSay.isEmpty()) {
            sayNow();
        }
        if (underWay == 0) {
            task.run();
        } else {
            afterLatest.add(task);
        }
    }

    /** Says what is left to say, then ends the session. Never fails: a session whose connection is lost has ended. */
    CompletionStage<Void> end() {
        if (isLost() || epoch == 0) {
            lose();
            return CompletableFuture.completedStage(null);
        }
        return request(takeToSay(), FINAL_EPOCH).handle((answer, thrown) -> {
            channel.close();
            return null;
        });
    }

    /** Closes the connection; what was not said fails. */
    void lose() {
        channel.close();
        takeToSay().forEach(said -> said.done().completeExceptionally(notHeld(said)));
    }

    private void sayOn() {
        if (!toSay.isEmpty() && underWay < MOST_UNDER_WAY) {
            sayNow();
        }
    }

    private void sayNow() {
        underWay++;
        var after = new ArrayList<Runnable>();
        afterLatest = after;
        request(takeToSay(), nextEpoch()).whenComplete((answer, thrown) -> {
            underWay--;
            if (thrown != null) {
                lose();
            }
            after.forEach(Runnable::run);
            if (thrown == null) {
                sayOn();
            }
        });
    }

    private List<Saying> takeToSay() {
        var taken = toSay;
        toSay = new ArrayList<>();
        return taken;
    }

    private CompletionStage<ShareAcknowledgeResponseData> request(List<Saying> said, int atEpoch) {
        var request = new ShareAcknowledgeRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setShareSessionEpoch(atEpoch);
        var byPartition = new LinkedHashMap<TopicPartition, ShareAcknowledgeRequestData.AcknowledgePartition>();
        for (var row : Saying.rows(said)) {
            byPartition
                    .computeIfAbsent(row.partition(), partition -> acknowledgement(request, partition))
                    .acknowledgementBatches()
                    .add(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                            .setFirstOffset(row.first())
                            .setLastOffset(row.last())
                            .setAcknowledgeTypes(List.of(row.type())));
        }
        return channel.request(Api.SHARE_ACKNOWLEDGE, request, client.requestDeadline())
                .whenComplete((answer, thrown) -> {
                    if (thrown == null) {
                        tell(said, answer);
                    } else {
                        said.forEach(each -> each.done().completeExceptionally(notHeld(each)));
                    }
                });
    }

    private ShareAcknowledgeRequestData.AcknowledgePartition acknowledgement(
            ShareAcknowledgeRequestData request, TopicPartition partition) {
        var topicId = partitions.getOrDefault(partition, Uuid.ZERO_UUID);
        var topic = request.topics().find(topicId);
        if (topic == null) {
            topic = new ShareAcknowledgeRequestData.AcknowledgeTopic().setTopicId(topicId);
            request.topics().add(topic);
        }
        var added = new ShareAcknowledgeRequestData.AcknowledgePartition().setPartitionIndex(partition.partition());
        topic.partitions().add(added);
        return added;
    }

    private void tell(List<Saying> said, ShareAcknowledgeResponseData answer) {
        var refused = new HashMap<TopicPartition, ShareAcknowledgeResponseData.PartitionData>();
        for (var topic : answer.responses()) {
            for (var part : topic.partitions()) {
                if (part.errorCode() != ErrorCode.NONE.code()) {
                    partition(topic.topicId(), part.partitionIndex())
                            .ifPresent(partition -> refused.put(partition, part));
                }
            }
        }
        for (var each : said) {
            var refusal = refused.get(each.partition());
            if (answer.errorCode() == ErrorCode.NONE.code() && refusal == null) {
                each.done().complete(null);
                continue;
            }
            try {
                Failures.check(answer.errorCode(), what(each), answer.errorMessage());
                Failures.check(
                        refusal == null ? answer.errorCode() : refusal.errorCode(),
                        what(each),
                        refusal == null ? answer.errorMessage() : refusal.errorMessage());
            } catch (BrokerException e) {
                each.done().completeExceptionally(e);
            }
        }
    }

    private String what(Saying said) {
        return "settling " + said.partition() + " offsets " + said.first() + " to " + said.last() + " in group "
                + group;
    }

    private BrokerException notHeld(Saying said) {
        return new BrokerException(
                ErrorCode.INVALID_RECORD_STATE, what(said) + ": the connection was lost, and with it what was held");
    }

    private int nextEpoch() {
        int current = epoch;
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        return current;
    }

    private interface TopicVisitor {
        void visit(Uuid topic, List<Integer> indexes);
    }

    private void byTopic(TopicVisitor visitor) {
        var topics = new LinkedHashMap<Uuid, List<Integer>>();
        partitions.forEach((partition, topic) ->
                topics.computeIfAbsent(topic, any -> new ArrayList<>()).add(partition.partition()));
        topics.forEach(visitor::visit);
    }
}
