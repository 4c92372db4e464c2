package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;

/**
 * The unshared durable subscriptions that connections of this JVM use. A subscription is a consumer group without members: its committed
 * offsets are all there is of it. It is for one topic, so a group without offsets for the topic is a subscription that is new or changed.
 * Whoever consumes holds a {@link Lease}; leases of one subscription do not overlap.
 */
final class DurableSubscriptions {
    private static final ConcurrentMap<Key, DurableSubscriptions> IN_USE = new ConcurrentHashMap<>();

    private final Map<TopicPartition, Lease> holders = new HashMap<>();

    /** A subscription by its broker, client identifier and name. */
    record Key(String broker, String clientId, String name) {
        private String group(boolean noLocal) {
            var group = "jms/" + escaped(clientId) + "/" + escaped(name);
            return noLocal ? group + "/nolocal" : group;
        }

        private static String escaped(String part) {
            return part.replace("%", "%25").replace("/", "%2F");
        }
    }

    /** The right to consume some partitions of a subscription. */
    static final class Lease implements AutoCloseable {
        private final DurableSubscriptions subscription;
        private final String group;
        private final Set<TopicPartition> partitions;
        private volatile boolean superseded;

        private Lease(DurableSubscriptions subscription, String group, Set<TopicPartition> partitions) {
            this.subscription = subscription;
            this.group = group;
            this.partitions = partitions;
        }

        String group() {
            return group;
        }

        boolean isLatest() {
            return !superseded;
        }

        @Override
        public void close() {
            subscription.release(this);
        }
    }

    private final Set<Lease> open = new HashSet<>();

    private DurableSubscriptions() {}

    static Lease lease(Key key, boolean noLocal, Set<TopicPartition> partitions) throws JMSException {
        return IN_USE.computeIfAbsent(key, unused -> new DurableSubscriptions())
                .lease(key.group(noLocal), key.name(), partitions);
    }

    private synchronized Lease lease(String group, String name, Set<TopicPartition> partitions) throws JMSException {
        for (var other : open) {
            var topics = new HashSet<String>();
            other.partitions.forEach(it -> topics.add(it.topic()));
            var overlaps =
                    partitions.stream().anyMatch(it -> other.partitions.contains(it) || !topics.contains(it.topic()));
            if (overlaps || !other.group.equals(group)) {
                throw new IllegalStateException("the durable subscription has an active consumer already: " + name);
            }
        }
        var lease = new Lease(this, group, Set.copyOf(partitions));
        open.add(lease);
        for (var partition : partitions) {
            var before = holders.put(partition, lease);
            if (before != null) {
                before.superseded = true;
            }
        }
        return lease;
    }

    private synchronized void release(Lease lease) {
        open.remove(lease);
    }

    private synchronized boolean isActive() {
        return !open.isEmpty();
    }

    /**
     * Where to read on in a subscription. One that is new begins at the tail of every partition and is committed at once, so that nothing
     * that is published from now on is missed; in a partition that the topic got later it begins with the first record.
     */
    static Map<TopicPartition, Long> positions(BrokerClient client, Key key, boolean noLocal, TopicInfo topic)
            throws JMSException {
        var subscription = IN_USE.computeIfAbsent(key, unused -> new DurableSubscriptions());
        synchronized (subscription) { // several consumers of one new subscription must not begin it several times
            return subscription.positions(client, key, noLocal, TopicOffsets.partitions(topic));
        }
    }

    private Map<TopicPartition, Long> positions(
            BrokerClient client, Key key, boolean noLocal, Set<TopicPartition> partitions) throws JMSException {
        var group = key.group(noLocal);
        var positions = new HashMap<>(JmsErrors.await(
                client.committedOffsets(group, partitions), "looking up the subscription " + key.name()));
        var missing = new HashSet<>(partitions);
        missing.removeAll(positions.keySet());
        if (missing.isEmpty()) {
            return positions;
        }
        boolean isNew = positions.isEmpty();
        if (isNew) {
            delete(client, key);
        }
        var start = isNew ? new OffsetSpec.Latest() : new OffsetSpec.Earliest();
        var begun = TopicOffsets.of(client, missing, start);
        JmsErrors.await(client.commitOffsets(group, begun), "beginning the subscription " + key.name());
        positions.putAll(begun);
        return positions;
    }

    static void unsubscribe(BrokerClient client, Key key) throws JMSException {
        var subscription = IN_USE.get(key);
        if (subscription != null && subscription.isActive()) {
            throw new IllegalStateException("the durable subscription has an active consumer: " + key.name());
        }
        if (!delete(client, key)) {
            throw new InvalidDestinationException("there is no durable subscription of this name: " + key.name());
        }
    }

    private static boolean delete(BrokerClient client, Key key) throws JMSException {
        boolean deleted = false;
        for (var noLocal : new boolean[] {false, true}) {
            var done = client.deleteGroup(key.group(noLocal)).handle((unused, failure) -> {
                if (failure == null) {
                    return CompletableFuture.completedFuture(true);
                }
                var cause = JmsErrors.unwrapped(failure);
                return cause instanceof BrokerException refused && refused.code() == ErrorCode.GROUP_ID_NOT_FOUND
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.<Boolean>failedFuture(cause);
            });
            deleted |= JmsErrors.await(done.thenCompose(it -> it), "deleting the subscription " + key.name());
        }
        return deleted;
    }
}
