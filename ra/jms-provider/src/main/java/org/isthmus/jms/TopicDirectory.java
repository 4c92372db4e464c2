package org.isthmus.jms;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;

/** What a connection knows about the topics that it uses; a topic that is missing is created. Safe for use by many threads. */
final class TopicDirectory {
    private final BrokerClient client;
    private final ConcurrentMap<String, TopicInfo> known = new ConcurrentHashMap<>();

    TopicDirectory(BrokerClient client) {
        this.client = client;
    }

    TopicInfo topic(IsthmusDestination destination) throws JMSException {
        var name = destination.address().name();
        if (TemporaryName.isOne(name)) {
            return temporary(name);
        }
        var topic = known.get(name);
        if (topic == null) {
            topic = JmsErrors.await(findOrCreate(newTopic(destination)), "looking up " + destination);
            known.put(name, topic);
        }
        return topic;
    }

    /** Whether it is still there shows when it is used. */
    private static TopicInfo temporary(String name) throws JMSException {
        var known = TemporaryName.parse(name);
        if (known.isEmpty()) {
            throw new InvalidDestinationException("no temporary destination was ever called " + name);
        }
        return new TopicInfo(name, known.get().id(), 1);
    }

    /** As {@link #topic}, but fails with {@link jakarta.jms.InvalidDestinationException} where there is none. */
    TopicInfo existing(String name) throws JMSException {
        var topic = known.get(name);
        return topic != null ? topic : JmsErrors.await(client.topic(name), "looking up " + name);
    }

    /** For when the broker said that the topic is gone: it may have been deleted and made anew. */
    void forget(String name) {
        known.remove(name);
    }

    /** A queue has one partition, so that it is in order as a whole. */
    private static NewTopic newTopic(IsthmusDestination destination) {
        var name = destination.address().name();
        return destination instanceof IsthmusQueue ? new NewTopic(name, 1, Map.of()) : new NewTopic(name);
    }

    private CompletionStage<TopicInfo> findOrCreate(NewTopic topic) {
        return recover(client.topic(topic.name()), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () -> create(topic));
    }

    private CompletionStage<TopicInfo> create(NewTopic topic) {
        // Somebody else may create it between the look-up and now.
        return recover(client.createTopic(topic), ErrorCode.TOPIC_ALREADY_EXISTS, () -> client.topic(topic.name()));
    }

    private static <T> CompletionStage<T> recover(
            CompletionStage<T> stage, ErrorCode expected, java.util.function.Supplier<CompletionStage<T>> otherwise) {
        return stage.handle((value, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(value);
                    }
                    var cause = JmsErrors.unwrapped(failure);
                    if (cause instanceof BrokerException refused && refused.code() == expected) {
                        return otherwise.get();
                    }
                    return CompletableFuture.<T>failedStage(cause);
                })
                .thenCompose(next -> next);
    }
}
