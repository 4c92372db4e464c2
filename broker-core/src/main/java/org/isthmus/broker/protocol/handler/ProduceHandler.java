package org.isthmus.broker.protocol.handler;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.Partition;

/** Appends batches, straight from the received frame to the log. */
public final class ProduceHandler implements ApiHandler<ProduceRequestData, ProduceResponseData> {
    private static final short ACKS_NONE = 0;
    private static final short ACKS_ALL = -1;

    private static final int FIRST_WITH_LEADERS = 10;
    private static final int FIRST_WITH_ABORTABLE = 11;
    private static final int FIRST_THAT_JOINS = 12;

    private final Topics topics;
    private final TransactionAdmission admission;
    private final CurrentLeaders leaders;

    public ProduceHandler(Topics topics, TransactionAdmission admission, CurrentLeaders leaders) {
        this.topics = topics;
        this.admission = admission;
        this.leaders = leaders;
    }

    @Override
    public short apiKey() {
        return 0;
    }

    @Override
    public short minVersion() {
        return 3;
    }

    @Override
    public short maxVersion() {
        return 13;
    }

    @Override
    public CompletionStage<ProduceResponseData> handle(RequestContext context, ProduceRequestData request) {
        if (request.transactionalId() == null) {
            return append(context, request, new Admitted(ErrorCode.NONE, Set.of()));
        }
        return admit(context, request, request.transactionalId())
                .thenCompose(admitted -> append(context, request, admitted));
    }

    /** Where a producer may write for its transaction, and why not where it may not. */
    private record Admitted(ErrorCode refusal, Set<TopicPartition> partitions) {}

    @Override
    public boolean hasComeAbout(ProduceResponseData answer) {
        for (var topic : answer.responses()) {
            for (var partition : topic.partitionResponses()) {
                if (partition.errorCode() != ErrorCode.NONE.code()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the producer may write for its transaction, to all partitions of the request; which, from some version on, takes part by that. */
    private CompletionStage<Admitted> admit(
            RequestContext context, ProduceRequestData request, String transactionalId) {
        var partitions = new HashSet<TopicPartition>();
        var producers = new HashSet<ProducerIdentity>();
        for (var topic : request.topicData()) {
            var name = topics.name(topic.name(), topic.topicId());
            for (var data : topic.partitionData()) {
                var records = data.records();
                if (name.isPresent() && data.index() >= 0 && records instanceof MemoryRecords) {
                    producerOf(data).ifPresent(producer -> {
                        producers.add(producer);
                        partitions.add(new TopicPartition(name.get(), data.index()));
                    });
                }
            }
        }
        partitions.removeIf(partition -> !topics.exists(partition));
        if (partitions.isEmpty()) {
            return CompletableFuture.completedStage(new Admitted(ErrorCode.NONE, Set.of()));
        }
        if (producers.size() > 1) {
            return CompletableFuture.completedStage(new Admitted(ErrorCode.INVALID_PRODUCER_ID_MAPPING, Set.of()));
        }
        return admission
                .admit(transactionalId, producers.iterator().next(), partitions, context.version() >= FIRST_THAT_JOINS)
                .thenApply(refusal -> new Admitted(inWordsOf(context, refusal), partitions));
    }

    /** Whose transaction a batch belongs to, if it does to any. */
    private static Optional<ProducerIdentity> producerOf(PartitionProduceData data) {
        try {
            var batch = RecordBatch.first(batches(data));
            return batch.isTransactional()
                    ? Optional.of(new ProducerIdentity(batch.producerId(), batch.producerEpoch()))
                    : Optional.empty();
        } catch (BrokerException | CorruptBatchException refusedByTheAppend) {
            return Optional.empty();
        }
    }

    private static ErrorCode inWordsOf(RequestContext context, ErrorCode refusal) {
        return switch (refusal) {
            case PRODUCER_FENCED -> ErrorCode.INVALID_PRODUCER_EPOCH;
            case INVALID_TXN_STATE -> TransactionErrors.abortable(refusal, context.version() >= FIRST_WITH_ABORTABLE);
            // What passes by itself: a producer tries again on the one, and older ones know no better word.
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                ErrorCode.NOT_ENOUGH_REPLICAS;
            case CONCURRENT_TRANSACTIONS ->
                context.version() >= FIRST_THAT_JOINS ? refusal : ErrorCode.NOT_ENOUGH_REPLICAS;
            default -> refusal;
        };
    }

    private CompletionStage<ProduceResponseData> append(
            RequestContext context, ProduceRequestData request, Admitted admitted) {
        var answer = new ProduceResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topicData()) {
            answer.responses().add(append(context, request, topic, admitted, waits));
        }
        var done =
                waits.size() == 1 ? waits.get(0) : CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new));
        return done.thenApply(ignored -> {
            if (request.acks() == ACKS_NONE) {
                return noAnswer(answer);
            }
            tellLeaders(answer, leaders.answer(context, context.version() >= FIRST_WITH_LEADERS));
            return answer;
        });
    }

    private TopicProduceResponse append(
            RequestContext context,
            ProduceRequestData request,
            TopicProduceData topic,
            Admitted admitted,
            List<CompletableFuture<?>> waits) {
        var name = topics.name(topic.name(), topic.topicId());
        var answers =
                new ArrayList<PartitionProduceResponse>(topic.partitionData().size());
        for (var data : topic.partitionData()) {
            var answer = new PartitionProduceResponse().setIndex(data.index()).setBaseOffset(-1);
            answers.add(answer);
            if (name.isEmpty()) {
                refuse(answer, new Refusal(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic with id " + topic.topicId()));
                continue;
            }
            if (admitted.refusal() != ErrorCode.NONE) {
                refuse(
                        answer,
                        new Refusal(
                                admitted.refusal(), "transaction " + request.transactionalId() + " does not allow it"));
                continue;
            }
            try {
                waits.add(append(context, name.get(), data, request, admitted, answer));
            } catch (BrokerException e) {
                refuse(answer, Refusal.of(e));
            }
        }
        return new TopicProduceResponse()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setPartitionResponses(answers);
    }

    private CompletableFuture<?> append(
            RequestContext context,
            String topic,
            PartitionProduceData data,
            ProduceRequestData request,
            Admitted admitted,
            PartitionProduceResponse answer) {
        var durability = durability(request.acks());
        var batches = batches(data);
        var partition = topics.writable(topic, data.index());
        requireAdmitted(partition.id(), data, request, admitted);
        var patience = Duration.ofMillis(Math.max(0, request.timeoutMs()));
        return partition
                .append(batches, durability, patience, isOfOnePartition(request) ? context.hurried() : order -> {})
                .handle((result, failure) -> {
                    if (failure != null) {
                        refuse(answer, Refusal.of(failure));
                    } else {
                        tell(answer, result, partition);
                    }
                    return answer;
                })
                .toCompletableFuture();
    }

    /** A partition that this broker heard of only after the coordinator was asked would get records of a transaction that does not know of it. */
    private static void requireAdmitted(
            TopicPartition partition, PartitionProduceData data, ProduceRequestData request, Admitted admitted) {
        if (admitted.partitions().contains(partition) || producerOf(data).isEmpty()) {
            return;
        }
        if (request.transactionalId() == null) {
            throw new BrokerException(ErrorCode.INVALID_RECORD, "a transaction's records without its id");
        }
        // Which may pass; what is unknown, some clients take for gone.
        throw new BrokerException(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                "partition " + partition + " was not known yet when transaction " + request.transactionalId()
                        + " was asked to let it in");
    }

    private static boolean isOfOnePartition(ProduceRequestData request) {
        return request.topicData().size() == 1
                && request.topicData().iterator().next().partitionData().size() == 1;
    }

    private static Durability durability(short acks) {
        return switch (acks) {
            case ACKS_NONE, 1 -> Durability.WRITTEN;
            case ACKS_ALL -> Durability.COMMITTED;
            default -> throw new BrokerException(ErrorCode.INVALID_REQUIRED_ACKS, "acks is -1, 0 or 1, not " + acks);
        };
    }

    private static ByteBuffer batches(PartitionProduceData data) {
        if (data.records() instanceof MemoryRecords records && records.sizeInBytes() > 0) {
            return records.buffer();
        }
        throw new BrokerException(ErrorCode.INVALID_RECORD, "no records for partition " + data.index());
    }

    private static void tell(PartitionProduceResponse answer, AppendResult result, Partition partition) {
        var start = partition.view().map(view -> view.startOffset()).orElse(-1L);
        answer.setLogStartOffset(start);
        if (result instanceof AppendResult.Appended appended) {
            answer.setBaseOffset(appended.baseOffset()).setLogAppendTimeMs(appended.logAppendTimeMs());
        } else if (result instanceof AppendResult.Duplicate duplicate) {
            answer.setBaseOffset(duplicate.baseOffset()).setLogAppendTimeMs(duplicate.logAppendTimeMs());
        } else if (result instanceof AppendResult.Rejected rejected) {
            refuse(answer, new Refusal(rejected.error(), rejected.reason()));
            // By which a producer tells its caller which of the batch's records kept the others back.
            answer.setRecordErrors(rejected.records().stream()
                    .map(index -> new BatchIndexAndErrorMessage().setBatchIndex(index))
                    .toList());
        }
    }

    private void tellLeaders(ProduceResponseData answer, CurrentLeaders.Answer told) {
        for (var topic : answer.responses()) {
            for (var partition : topic.partitionResponses()) {
                if (partition.errorCode() != ErrorCode.NONE.code() && partition.index() >= 0) {
                    topics.name(topic.name(), topic.topicId())
                            .flatMap(name ->
                                    told.leader(partition.errorCode(), new TopicPartition(name, partition.index())))
                            .ifPresent(leader -> partition.setCurrentLeader(new LeaderIdAndEpoch()
                                    .setLeaderId(leader.id())
                                    .setLeaderEpoch(leader.epoch())));
                }
            }
        }
        told.nodes().forEach(node -> answer.nodeEndpoints()
                .add(new NodeEndpoint()
                        .setNodeId(node.id())
                        .setHost(node.host())
                        .setPort(node.port())
                        .setRack(node.rack())));
    }

    private static void refuse(PartitionProduceResponse answer, Refusal refusal) {
        answer.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }

    /** With {@code acks=0} there is nobody to tell of an error but by closing the connection, so that the client looks again. */
    @SuppressWarnings("NullAway") // null is how a stage says that there is no answer
    private static ProduceResponseData noAnswer(ProduceResponseData answer) {
        for (var topic : answer.responses()) {
            for (var partition : topic.partitionResponses()) {
                if (partition.errorCode() != ErrorCode.NONE.code()) {
                    throw new BrokerException(
                            ErrorCode.of(partition.errorCode()), "a produce request without answer failed");
                }
            }
        }
        return null;
    }
}
