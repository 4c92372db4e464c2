package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that have a name, each of them a share group on its topic (§8.3). The group itself keeps selector and noLocal; topic and
 * kind of a durable one are settings of the group, so that anybody anywhere can find and end it. A shared one that is not durable is a group
 * that ends with its last member; its name is leased on its topic and selector by everyone who has a consumer.
 */
final class Subscriptions {
    private static final String TOPIC = "isthmus.subscription.topic";
    private static final String SHARED = "isthmus.subscription.shared";

    private final BrokerClient client;
    private final TopicDirectory topics;

    Subscriptions(BrokerClient client, TopicDirectory topics) {
        this.client = client;
        this.topics = topics;
    }

    /** What a subscription is to be. */
    record Wanted(
            TopicInfo topic,
            boolean shared,
            Optional<String> selector,
            Optional<String> noLocal,
            OffsetSpec start,
            RedeliveryPolicy policy,
            boolean inOrder) {
        private ShareOptions options(OffsetSpec at, boolean ephemeral) {
            return new ShareOptions(
                    selector,
                    noLocal,
                    Optional.empty(),
                    !shared,
                    policy.limit(topic.name()),
                    policy.redelivery(),
                    policy.deadLetterTopic(topic.name()),
                    at,
                    ephemeral,
                    ephemeral,
                    inOrder);
        }
    }

    /** A consumer's part in a subscription: the records, and what is given up with it. */
    record Part(ShareStream stream, @Nullable NameLease lease) {}

    private record Known(String topic, boolean shared) {}

    /**
     * Joins a durable subscription, in all partitions that its topic has by now. One that is not there begins in all of them; so does, anew, one whose
     * topic, selector or noLocal was another, unless it has a consumer (§8.3.3, §8.3.4).
     */
    Part durable(SubscriptionName name, Wanted wanted) throws JMSException {
        var known = known(name);
        if (known != null && known.shared() != wanted.shared()) {
            throw new JMSException("there is a durable subscription of this name that is "
                    + (known.shared() ? "shared: " : "not shared: ") + name);
        }
        if (known != null && !known.topic().equals(wanted.topic().name())) {
            forget(name, known.topic());
            known = null;
        }
        // Where the topic got a partition since it was joined, all that is in it is new.
        var start = known == null ? wanted.start() : new OffsetSpec.Earliest();
        var stream = join(name, wanted, start);
        if (known == null) {
            var settings = Map.of(
                    TOPIC, Optional.of(wanted.topic().name()), SHARED, Optional.of(Boolean.toString(wanted.shared())));
            try {
                JmsErrors.await(client.changeGroupSettings(name.group(), settings), "beginning the subscription");
            } catch (JMSException e) {
                stream.close();
                throw e;
            }
        }
        return new Part(stream, null);
    }

    private ShareStream join(SubscriptionName name, Wanted wanted, OffsetSpec start) throws JMSException {
        var topic = wanted.topic().name();
        try {
            return ShareGroups.joined(
                    client.openShare(name.group(), topic, wanted.options(start, false)), "subscribing as " + name);
        } catch (JMSException e) {
            if (!isAbout(e, ErrorCode.INVALID_CONFIG)) {
                throw translated(e, name);
            }
        }
        // Selector or noLocal have changed, and nobody consumes.
        deleteGroup(name, TopicOffsets.partitions(topics.existing(topic)));
        try {
            return ShareGroups.joined(
                    client.openShare(name.group(), topic, wanted.options(wanted.start(), false)),
                    "subscribing anew as " + name);
        } catch (JMSException e) {
            throw translated(e, name);
        }
    }

    /** Joins a subscription that is shared and lives as long as it has a consumer (§8.3.2). */
    Part ephemeral(SubscriptionName name, Wanted wanted, LeaseKeeper keeper) throws JMSException {
        var terms = wanted.topic().name() + "\n" + wanted.selector().orElse("");
        var lease = keeper.lease(
                name.group(),
                terms,
                true,
                () -> new JMSException("the shared subscription has consumers of another topic or selector: " + name));
        try {
            var stream = client.openShare(name.group(), wanted.topic().name(), wanted.options(wanted.start(), true));
            return new Part(ShareGroups.joined(stream, "subscribing as " + name), lease);
        } catch (JMSException e) {
            JmsErrors.await(lease.end(), "giving up the name of a subscription");
            throw translated(e, name);
        }
    }

    /** Takes names at the broker for a connection. */
    interface LeaseKeeper {
        /** Fails with {@code taken} where somebody else has the name on other terms. */
        NameLease lease(String name, String terms, boolean shared, Supplier<JMSException> taken) throws JMSException;
    }

    void unsubscribe(SubscriptionName name) throws JMSException {
        var known = known(name);
        if (known == null) {
            throw new InvalidDestinationException("there is no durable subscription of this name: " + name);
        }
        forget(name, known.topic());
        var gone = Map.of(TOPIC, Optional.<String>empty(), SHARED, Optional.<String>empty());
        JmsErrors.await(client.changeGroupSettings(name.group(), gone), "ending the subscription " + name);
    }

    private @Nullable Known known(SubscriptionName name) throws JMSException {
        var settings = JmsErrors.await(client.groupSettings(name.group()), "looking up the subscription " + name);
        var topic = settings.get(TOPIC);
        return topic == null ? null : new Known(topic, Boolean.parseBoolean(settings.get(SHARED)));
    }

    private void forget(SubscriptionName name, String topic) throws JMSException {
        try {
            deleteGroup(name, TopicOffsets.partitions(topics.existing(topic)));
        } catch (InvalidDestinationException e) {
            topics.forget(topic); // gone, and with it what the group had there
        }
    }

    private void deleteGroup(SubscriptionName name, Set<TopicPartition> partitions) throws JMSException {
        try {
            JmsErrors.await(client.deleteShareGroup(name.group(), partitions), "ending the subscription " + name);
        } catch (JMSException e) {
            if (!isAbout(e, ErrorCode.GROUP_ID_NOT_FOUND)) {
                throw translated(e, name);
            }
        }
    }

    private static JMSException translated(JMSException e, SubscriptionName name) {
        return isAbout(e, ErrorCode.NON_EMPTY_GROUP) || isAbout(e, ErrorCode.GROUP_MAX_SIZE_REACHED)
                ? JmsErrors.caused(
                        new IllegalStateException(
                                "the subscription has an active consumer, or a transaction has messages of it: " + name,
                                e.getErrorCode()),
                        e)
                : e;
    }

    private static boolean isAbout(JMSException e, ErrorCode code) {
        return e.getCause() instanceof BrokerException refused && refused.code() == code;
    }
}
