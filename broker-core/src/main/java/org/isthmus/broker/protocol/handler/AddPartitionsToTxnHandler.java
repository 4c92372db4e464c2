package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResultCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResultCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.metadata.MetadataStore;

/**
 * AddPartitionsToTxn: partitions that a producer is going to write to in its transaction. Up to version 3 a producer says so itself; from
 * version 4 on a broker does, for many producers at once, or only asks.
 */
final class AddPartitionsToTxnHandler
        implements ApiHandler<AddPartitionsToTxnRequestData, AddPartitionsToTxnResponseData> {
    private static final int FIRST_WITH_FENCED = 2;
    private static final int FIRST_WITH_MANY_TRANSACTIONS = 4;

    private final TransactionAdmission admission;
    private final MetadataStore metadata;

    AddPartitionsToTxnHandler(TransactionAdmission admission, MetadataStore metadata) {
        this.admission = admission;
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 24;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<AddPartitionsToTxnResponseData> handle(
            RequestContext context, AddPartitionsToTxnRequestData request) {
        return context.version() < FIRST_WITH_MANY_TRANSACTIONS ? one(context, request) : many(request);
    }

    private CompletionStage<AddPartitionsToTxnResponseData> one(
            RequestContext context, AddPartitionsToTxnRequestData request) {
        var producer = new ProducerIdentity(request.v3AndBelowProducerId(), request.v3AndBelowProducerEpoch());
        var topics = request.v3AndBelowTopics();
        return add(request.v3AndBelowTransactionalId(), producer, topics, false)
                .thenApply(outcomes -> new AddPartitionsToTxnResponseData()
                        .setResultsByTopicV3AndBelow(results(
                                topics,
                                outcomes.andThen(error ->
                                        TransactionErrors.fenced(error, context.version() >= FIRST_WITH_FENCED)))));
    }

    private CompletionStage<AddPartitionsToTxnResponseData> many(AddPartitionsToTxnRequestData request) {
        var answers = new ArrayList<CompletionStage<AddPartitionsToTxnResult>>();
        for (var transaction : request.transactions()) {
            var producer = new ProducerIdentity(transaction.producerId(), transaction.producerEpoch());
            answers.add(add(transaction.transactionalId(), producer, transaction.topics(), transaction.verifyOnly())
                    .thenApply(outcomes -> new AddPartitionsToTxnResult()
                            .setTransactionalId(transaction.transactionalId())
                            .setTopicResults(results(transaction.topics(), outcomes))));
        }
        return Stages.all(answers).thenApply(all -> new AddPartitionsToTxnResponseData()
                .setResultsByTransaction(new AddPartitionsToTxnResultCollection(all.iterator())));
    }

    private CompletionStage<Function<TopicPartition, ErrorCode>> add(
            String transactionalId,
            ProducerIdentity producer,
            AddPartitionsToTxnTopicCollection topics,
            boolean verifyOnly) {
        var wanted = partitions(topics);
        var image = metadata.image();
        var unknown = new HashSet<>(wanted);
        unknown.removeIf(participant -> {
            var home = SideParticipant.home(participant);
            return TemporaryName.isOne(home.topic()) || image.partition(home).isPresent();
        });
        if (!unknown.isEmpty()) {
            return CompletableFuture.completedStage(partition -> unknown.contains(partition)
                    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                    : ErrorCode.OPERATION_NOT_ATTEMPTED);
        }
        return admission.admit(transactionalId, producer, wanted, !verifyOnly).thenApply(error -> partition -> error);
    }

    private static Set<TopicPartition> partitions(AddPartitionsToTxnTopicCollection topics) {
        var partitions = new HashSet<TopicPartition>();
        for (var topic : topics) {
            topic.partitions().stream()
                    .filter(index -> index >= 0)
                    .forEach(index -> partitions.add(new TopicPartition(topic.name(), index)));
        }
        return partitions;
    }

    private static AddPartitionsToTxnTopicResultCollection results(
            AddPartitionsToTxnTopicCollection topics, Function<TopicPartition, ErrorCode> outcomes) {
        var results = new AddPartitionsToTxnTopicResultCollection();
        for (var topic : topics) {
            var partitions = new AddPartitionsToTxnPartitionResultCollection();
            for (var index : topic.partitions()) {
                var outcome = index < 0
                        ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                        : outcomes.apply(new TopicPartition(topic.name(), index));
                partitions.add(new AddPartitionsToTxnPartitionResult()
                        .setPartitionIndex(index)
                        .setPartitionErrorCode(outcome.code()));
            }
            results.add(
                    new AddPartitionsToTxnTopicResult().setName(topic.name()).setResultsByPartition(partitions));
        }
        return results;
    }
}
