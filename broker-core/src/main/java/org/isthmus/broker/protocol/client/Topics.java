package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TemporaryRequest;

/** Finds, creates and deletes topics. Owned by the client's loop. */
final class Topics {
    private final ClientLoop client;
    private final Cluster cluster;

    Topics(ClientLoop client, Cluster cluster) {
        this.client = client;
        this.cluster = cluster;
    }

    CompletionStage<TopicInfo> find(String name, Deadline deadline) {
        // Asked anew each time: whoever comes here wants to know whether it exists now.
        return cluster.topic(name, Duration.ZERO, deadline).thenApply(TopicMetadata::info);
    }

    CompletionStage<TopicInfo> createTemporary(boolean queue, Deadline deadline) {
        var request = OwnApi.CREATE_TEMPORARY.request(new TemporaryRequest("", queue));
        return cluster.requestAnyPatiently(Api.CREATE_TEMPORARY, request, deadline)
                .thenApply(OwnApi.CREATE_TEMPORARY.answer())
                .thenApply(answer -> {
                    Failures.check(answer.error(), "create a temporary destination", answer.message());
                    var id = TemporaryName.parse(answer.name()).orElseThrow().id();
                    return new TopicInfo(answer.name(), id, 1);
                });
    }

    CompletionStage<Void> deleteTemporary(String name, Deadline deadline) {
        var request = OwnApi.DELETE_TEMPORARY.request(new TemporaryRequest(name, false));
        return cluster.leader(new TopicPartition(name, 0), deadline)
                .thenCompose(leader -> cluster.patientChannel(leader).request(Api.DELETE_TEMPORARY, request, deadline))
                .thenApply(OwnApi.DELETE_TEMPORARY.answer())
                .thenAccept(answer -> {
                    cluster.forgetTopic(name);
                    Failures.check(answer.error(), "delete " + name, answer.message());
                });
    }

    /** One attempt after another to create a topic. */
    Function<Deadline, CompletionStage<TopicInfo>> creation(NewTopic topic) {
        return new OnceOnly<>(
                deadline -> create(topic, deadline),
                ErrorCode.TOPIC_ALREADY_EXISTS,
                deadline -> find(topic.name(), deadline));
    }

    /** One attempt after another to delete a topic. */
    Function<Deadline, CompletionStage<Void>> deletion(String name) {
        return new OnceOnly<>(
                deadline -> delete(name, deadline),
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                deadline -> CompletableFuture.completedStage(null));
    }

    /**
     * A change that fails when it is made twice. Where an earlier attempt was not answered, the refusal of a later one says that the earlier
     * one worked.
     */
    private static final class OnceOnly<T> implements Function<Deadline, CompletionStage<T>> {
        private final Function<Deadline, CompletionStage<T>> change;
        private final ErrorCode whenMade;
        private final Function<Deadline, CompletionStage<T>> made;
        private boolean mayBeMade;

        private OnceOnly(
                Function<Deadline, CompletionStage<T>> change,
                ErrorCode whenMade,
                Function<Deadline, CompletionStage<T>> made) {
            this.change = change;
            this.whenMade = whenMade;
            this.made = made;
        }

        @Override
        public CompletionStage<T> apply(Deadline deadline) {
            return change.apply(deadline)
                    .handle((result, thrown) -> {
                        if (thrown == null) {
                            return CompletableFuture.completedStage(result);
                        }
                        var failure = Failures.of(thrown);
                        if (mayBeMade && failure.code() == whenMade) {
                            return made.apply(deadline);
                        }
                        mayBeMade |= Failures.isUnclear(failure);
                        return CompletableFuture.<T>failedStage(failure);
                    })
                    .thenCompose(stage -> stage);
        }
    }

    private CompletionStage<TopicInfo> create(NewTopic topic, Deadline deadline) {
        var wanted = new CreateTopicsRequestData.CreatableTopic()
                .setName(topic.name())
                .setNumPartitions(topic.partitions())
                .setReplicationFactor((short) topic.replicas());
        topic.configs().forEach((name, value) -> wanted.configs()
                .add(new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName(name)
                        .setValue(value)));
        var request = new CreateTopicsRequestData().setTimeoutMs(timeoutMs(deadline));
        request.topics().add(wanted);
        cluster.forgetTopic(topic.name());
        return cluster.requestAny(Api.CREATE_TOPICS, request, deadline).thenCompose(answer -> {
            for (var created : answer.topics()) {
                Failures.check(created.errorCode(), "create topic " + topic.name(), created.errorMessage());
                return CompletableFuture.completedStage(
                        new TopicInfo(topic.name(), Cluster.javaUuid(created.topicId()), created.numPartitions()));
            }
            return find(topic.name(), deadline);
        });
    }

    private CompletionStage<Void> delete(String name, Deadline deadline) {
        var request = new DeleteTopicsRequestData()
                .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(name)))
                .setTimeoutMs(timeoutMs(deadline));
        cluster.forgetTopic(name);
        return cluster.requestAny(Api.DELETE_TOPICS, request, deadline).thenAccept(answer -> {
            for (var deleted : answer.responses()) {
                Failures.check(deleted.errorCode(), "delete topic " + name, deleted.errorMessage());
            }
        });
    }

    private int timeoutMs(Deadline deadline) {
        return (int) Math.max(1, client.remaining(deadline).toMillis());
    }
}
