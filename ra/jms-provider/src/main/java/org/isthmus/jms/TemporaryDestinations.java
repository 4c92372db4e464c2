package org.isthmus.jms;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.common.TemporaryName;
import org.jspecify.annotations.Nullable;

/** The temporary destinations that a connection has made; the broker ends them with it. Safe for use by many threads. */
final class TemporaryDestinations {
    private static final System.Logger LOG = System.getLogger(TemporaryDestinations.class.getName());

    private final BrokerClient client;
    private final Predicate<IsthmusDestination> isConsumed;
    private final Set<String> alive = ConcurrentHashMap.newKeySet();

    /** @param isConsumed whether the connection has a consumer of a destination */
    TemporaryDestinations(BrokerClient client, Predicate<IsthmusDestination> isConsumed) {
        this.client = client;
        this.isConsumed = isConsumed;
    }

    IsthmusTemporaryQueue createQueue() throws JMSException {
        return new IsthmusTemporaryQueue(create(true), this);
    }

    IsthmusTemporaryTopic createTopic() throws JMSException {
        return new IsthmusTemporaryTopic(create(false), this);
    }

    private String create(boolean queue) throws JMSException {
        var name = JmsErrors.await(client.createTemporary(queue), "creating a temporary destination")
                .name();
        alive.add(name);
        return name;
    }

    /** Only the connection that made a temporary destination may receive from it (§6.2.2). */
    void requireOwn(IsthmusDestination destination) throws JMSException {
        if (TemporaryName.isOne(destination.getName()) && !alive.contains(destination.getName())) {
            throw new InvalidDestinationException(
                    "this connection cannot receive from " + destination + ": it did not make it, or has deleted it");
        }
    }

    static void requireLasting(IsthmusDestination destination) throws JMSException {
        if (TemporaryName.isOne(destination.getName())) {
            throw new InvalidDestinationException(destination + " ends with its connection, a subscription must not");
        }
    }

    static void delete(IsthmusDestination destination, @Nullable TemporaryDestinations maker) throws JMSException {
        if (maker == null) {
            throw new JMSException("only the connection that made " + destination + " can delete it");
        }
        maker.delete(destination);
    }

    /** Deletes those that are left, as the end of the connection would. */
    void deleteAll() throws JMSException {
        for (var name : List.copyOf(alive)) {
            try {
                alive.remove(name);
                JmsErrors.await(client.deleteTemporary(name), "deleting " + name);
            } catch (InvalidDestinationException e) {
                LOG.log(System.Logger.Level.DEBUG, "Ended before, with a connection that was lost", e);
            }
        }
    }

    private void delete(IsthmusDestination destination) throws JMSException {
        if (isConsumed.test(destination)) {
            throw new JMSException(destination + " still has a consumer");
        }
        if (alive.remove(destination.getName())) {
            JmsErrors.await(client.deleteTemporary(destination.getName()), "deleting " + destination);
        }
    }
}
