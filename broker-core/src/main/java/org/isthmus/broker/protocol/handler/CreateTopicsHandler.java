package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.TopicImage;

/** Creates topics, each for itself: one that cannot be made does not keep the others back. */
public final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequestData, CreateTopicsResponseData> {
    private final TopicCreation creation;
    private final BrokerConfigs brokerConfigs;

    public CreateTopicsHandler(TopicCreation creation, BrokerConfigs brokerConfigs) {
        this.creation = creation;
        this.brokerConfigs = brokerConfigs;
    }

    @Override
    public short apiKey() {
        return 19;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 7;
    }

    @Override
    public CompletionStage<CreateTopicsResponseData> handle(RequestContext context, CreateTopicsRequestData request) {
        var response = new CreateTopicsResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        var twice = namedTwice(request);
        for (var topic : request.topics()) {
            if (response.topics().find(topic.name()) != null) {
                continue;
            }
            var result = new CreatableTopicResult().setName(topic.name());
            response.topics().add(result);
            waits.add((twice.contains(topic.name()) ? refuseTwice(topic) : create(topic, request.validateOnly()))
                    .handle((image, failure) -> failure == null ? tell(result, image) : refuse(result, failure))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private static Set<String> namedTwice(CreateTopicsRequestData request) {
        var seen = new HashSet<String>();
        var twice = new HashSet<String>();
        for (var topic : request.topics()) {
            if (!seen.add(topic.name())) {
                twice.add(topic.name());
            }
        }
        return twice;
    }

    private static CompletionStage<TopicImage> refuseTwice(CreatableTopic topic) {
        return CompletableFuture.failedFuture(
                new BrokerException(ErrorCode.INVALID_REQUEST, "topic '" + topic.name() + "' is in the request twice"));
    }

    private CompletionStage<TopicImage> create(CreatableTopic topic, boolean validateOnly) {
        try {
            var asked = asked(topic);
            return validateOnly ? CompletableFuture.completedFuture(creation.check(asked)) : creation.create(asked);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static NewTopicRequest asked(CreatableTopic topic) {
        var configs = new HashMap<String, String>();
        for (var config : topic.configs()) {
            if (config.value() == null) {
                throw new BrokerException(ErrorCode.INVALID_CONFIG, "topic setting " + config.name() + " has no value");
            }
            configs.put(config.name(), config.value());
        }
        return new NewTopicRequest(
                topic.name(), topic.numPartitions(), topic.replicationFactor(), assignment(topic), configs);
    }

    private static List<List<BrokerId>> assignment(CreatableTopic topic) {
        var replicas = new ArrayList<List<BrokerId>>();
        for (var index = 0; index < topic.assignments().size(); index++) {
            var partition = topic.assignments().find(index);
            if (partition == null) {
                throw new BrokerException(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT, "the assignment leaves out partition " + index);
            }
            replicas.add(partition.brokerIds().stream().map(BrokerId::new).toList());
        }
        return replicas;
    }

    private CreatableTopicResult tell(CreatableTopicResult result, TopicImage topic) {
        var configs = TopicConfigs.describe(
                        topic.configs(), brokerConfigs, creation.metadata().image())
                .stream()
                .map(one -> new CreatableTopicConfigs()
                        .setName(one.name())
                        .setValue(one.value())
                        .setConfigSource(one.source().id()))
                .toList();
        return result.setTopicId(TopicIds.wire(topic.id()))
                .setNumPartitions(topic.partitions().size())
                .setReplicationFactor(
                        (short) topic.partitions().get(0).replicas().size())
                .setConfigs(configs);
    }

    private static CreatableTopicResult refuse(CreatableTopicResult result, Throwable failure) {
        var refusal = Refusal.of(failure);
        return result.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }
}
