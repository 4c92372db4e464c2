package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;

/** Tells of topics page by page, in the order of their names: a page ends at a number of partitions, and its cursor says where the next begins. */
public final class DescribeTopicPartitionsHandler
        implements ApiHandler<DescribeTopicPartitionsRequestData, DescribeTopicPartitionsResponseData> {
    /** Most partitions of one page, however many are asked for. */
    private static final int MAX_PARTITIONS = 2000;

    private final MetadataStore metadata;

    public DescribeTopicPartitionsHandler(MetadataStore metadata) {
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 75;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<DescribeTopicPartitionsResponseData> handle(
            RequestContext context, DescribeTopicPartitionsRequestData request) {
        var limit = Math.min(request.responsePartitionLimit(), MAX_PARTITIONS);
        var cursor = request.cursor();
        if (limit <= 0 || (cursor != null && cursor.partitionIndex() < 0)) {
            return CompletableFuture.completedStage(refused(request));
        }
        var leaders = KnownLeaders.in(metadata);
        var names = new TreeSet<String>();
        request.topics().forEach(topic -> names.add(topic.name()));
        if (names.isEmpty()) {
            names.addAll(leaders.image().topics().keySet());
        }
        var page = new Page(leaders, limit);
        var rest = cursor == null ? names : names.tailSet(cursor.topicName(), true);
        for (var name : rest) {
            var first = cursor != null && name.equals(cursor.topicName()) ? cursor.partitionIndex() : 0;
            if (!page.add(name, first)) {
                break;
            }
        }
        return CompletableFuture.completedStage(page.response);
    }

    private static DescribeTopicPartitionsResponseData refused(DescribeTopicPartitionsRequestData request) {
        var response = new DescribeTopicPartitionsResponseData();
        request.topics().forEach(topic -> response.topics()
                .add(new DescribeTopicPartitionsResponseTopic()
                        .setName(topic.name())
                        .setErrorCode(ErrorCode.INVALID_REQUEST.code())));
        return response;
    }

    private static final class Page {
        private final DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        private final KnownLeaders leaders;
        private final ClusterImage image;
        private int room;

        Page(KnownLeaders leaders, int limit) {
            this.leaders = leaders;
            this.image = leaders.image();
            this.room = limit;
        }

        /** Returns whether there is room for more; where not, the cursor says what comes next. */
        boolean add(String name, int first) {
            if (room == 0) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(first));
                return false;
            }
            var answer = new DescribeTopicPartitionsResponseTopic().setName(name);
            response.topics().add(answer);
            var topic = image.topic(name);
            if (topic.isEmpty()) {
                answer.setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
                return true;
            }
            var end = (int) Math.min(topic.get().partitions().size(), (long) first + room);
            describe(answer, topic.get(), first, end);
            room -= Math.max(0, end - first);
            if (end < topic.get().partitions().size()) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
                return false;
            }
            return true;
        }

        private void describe(DescribeTopicPartitionsResponseTopic answer, TopicImage topic, int first, int end) {
            var partitions = new ArrayList<DescribeTopicPartitionsResponsePartition>();
            for (var index = first; index < end; index++) {
                partitions.add(describe(index, topic.partitions().get(index)));
            }
            answer.setTopicId(TopicIds.wire(topic.id()))
                    .setIsInternal(topic.isInternal())
                    .setTopicAuthorizedOperations(AuthorizedOperations.ON_TOPIC)
                    .setPartitions(partitions);
        }

        private DescribeTopicPartitionsResponsePartition describe(int index, PartitionImage partition) {
            var isLed = leaders.of(partition).isPresent();
            return new DescribeTopicPartitionsResponsePartition()
                    .setPartitionIndex(index)
                    .setErrorCode(isLed ? ErrorCode.NONE.code() : ErrorCode.LEADER_NOT_AVAILABLE.code())
                    .setLeaderId(isLed ? partition.leader().value() : BrokerId.NONE.value())
                    .setOfflineReplicas(BrokerIds.numbers(image.offline(partition)))
                    .setLeaderEpoch(partition.leaderEpoch().value())
                    .setReplicaNodes(BrokerIds.numbers(partition.replicas()))
                    .setIsrNodes(BrokerIds.numbers(partition.isr()))
                    // Clients do not expect them to be unknown; nobody but who is in sync may be elected here.
                    .setEligibleLeaderReplicas(List.of())
                    .setLastKnownElr(List.of());
        }
    }
}
