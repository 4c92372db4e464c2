package org.isthmus.jms;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.runtime.Clock;

/** What a connection knows about the topics that it uses; a topic that is missing is created. Safe for use by many threads. */
final class TopicDirectory {
    private static final int LOOKS = 20;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    private final BrokerClient client;
    private final Clock clock;
    private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

    private record Known(TopicInfo topic, long atNanos) {}

    TopicDirectory(BrokerClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /** The topic as it was some seconds ago; of a topic that is used, what it got meanwhile is known a little later. */
    TopicInfo topic(IsthmusDestination destination) throws JMSException {
        var name = destination.address().name();
        if (TemporaryName.isOne(name)) {
            return temporary(name);
        }
        var present = known.get(name);
        return present == null ? topicNow(destination) : lookAgain(present);
    }

    /** The topic with all the partitions that it has got by now. */
    TopicInfo topicNow(IsthmusDestination destination) throws JMSException {
        var name = destination.address().name();
        if (TemporaryName.isOne(name)) {
            return temporary(name);
        }
        var topic = untilItIsSeen(() -> findOrCreate(newTopic(destination)), "looking up " + destination);
        known.put(name, new Known(topic, clock.nanos()));
        return topic;
    }

    /** The same topic, with the partitions that it is known to have by now. */
    TopicInfo newest(TopicInfo before) {
        var present = known.get(before.name());
        return present != null && present.topic().id().equals(before.id()) ? lookAgain(present) : before;
    }

    /** Asks beside the caller, who need not wait for it. */
    private TopicInfo lookAgain(Known present) {
        var topic = present.topic();
        var now = clock.nanos();
        if (now - present.atNanos() > LOOK_AGAIN.toNanos()
                && known.replace(topic.name(), present, new Known(topic, now))) {
            var unused = client.topic(topic.name())
                    .thenAccept(found -> known.computeIfPresent(topic.name(), (name, any) -> new Known(found, now)));
        }
        return topic;
    }

    /**
     * One that somebody else is creating has its name before it can be seen, and is seen by one broker before another, so it is looked up again, for a
     * second at most.
     */
    private static TopicInfo untilItIsSeen(Supplier<CompletionStage<TopicInfo>> lookUp, String what)
            throws JMSException {
        for (int look = 1; ; look++) {
            try {
                return JmsErrors.await(lookUp.get(), what);
            } catch (InvalidDestinationException e) {
                if (look == LOOKS
                        || !ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.name().equals(e.getErrorCode())) {
                    throw e;
                }
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            }
        }
    }

    /** Whether it is still there shows when it is used. */
    private static TopicInfo temporary(String name) throws JMSException {
        var known = TemporaryName.parse(name);
        if (known.isEmpty()) {
            throw new InvalidDestinationException("no temporary destination was ever called " + name);
        }
        return new TopicInfo(name, known.get().id(), 1);
    }

    /** The topic as it is now, with all the partitions that it got; fails with {@link InvalidDestinationException} where there is none. */
    TopicInfo existing(String name) throws JMSException {
        var what = "looking up " + name;
        return known.containsKey(name)
                ? untilItIsSeen(() -> client.topic(name), what)
                : JmsErrors.await(client.topic(name), what);
    }

    /** For when the broker said that the topic is gone: it may have been deleted and made anew. */
    void forget(String name) {
        known.remove(name);
    }

    private static NewTopic newTopic(IsthmusDestination destination) {
        var name = destination.address().name();
        return destination instanceof IsthmusQueue ? NewTopic.queue(name) : NewTopic.forMessages(name);
    }

    private CompletionStage<TopicInfo> findOrCreate(NewTopic topic) {
        return recover(client.topic(topic.name()), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () -> create(topic));
    }

    private CompletionStage<TopicInfo> create(NewTopic topic) {
        // Somebody else may create it between the look-up and now.
        return recover(client.createTopic(topic), ErrorCode.TOPIC_ALREADY_EXISTS, () -> client.topic(topic.name()));
    }

    private static <T> CompletionStage<T> recover(
            CompletionStage<T> stage, ErrorCode expected, Supplier<CompletionStage<T>> otherwise) {
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
