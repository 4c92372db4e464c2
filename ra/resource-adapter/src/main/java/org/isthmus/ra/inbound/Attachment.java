package org.isthmus.ra.inbound;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.isthmus.jms.IsthmusConnection;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusTopic;

/**
 * One connection to the broker and the deliveries on it. A queue has one delivery, which keeps all beans busy. The partitions of a topic are
 * dealt out to as many sessions as beans may work at once, each partition to exactly one: so a partition's messages are delivered in their
 * order, one at a time.
 */
final class Attachment implements AutoCloseable {
    private static final System.Logger log = System.getLogger(Attachment.class.getName());

    private final IsthmusConnection connection;
    private final int partitions;
    private final List<Delivery> deliveries = new ArrayList<>();

    private Attachment(IsthmusConnection connection, int partitions) {
        this.connection = connection;
        this.partitions = partitions;
    }

    /** Connects and subscribes; nothing is delivered before {@link #begin}. {@code onLost} is called at most once. */
    static Attachment open(
            Subscription subscription,
            IsthmusConnectionFactory connections,
            MessageEndpointFactory endpoints,
            ServerThreads threads,
            Consumer<JMSException> onLost)
            throws JMSException {
        var connection = connections.createConnection();
        try {
            var reported = new AtomicBoolean();
            Consumer<JMSException> lost = e -> {
                if (reported.compareAndSet(false, true)) {
                    onLost.accept(e);
                }
            };
            connection.setExceptionListener(lost::accept);
            var attachment = new Attachment(connection, connection.partitions(subscription.destination()));
            if (subscription.destination() instanceof IsthmusTopic topic) {
                attachment.openTail(topic, subscription, endpoints, threads);
            } else {
                attachment.deliveries.add(new LoanDelivery(subscription, connection, endpoints, threads, lost));
            }
            return attachment;
        } catch (JMSException | RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private void openTail(
            IsthmusTopic topic, Subscription subscription, MessageEndpointFactory endpoints, ServerThreads threads)
            throws JMSException {
        for (var share : deal(partitions, subscription.maxSession())) {
            var session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
            var consumer = session.createPartitionConsumer(topic, subscription.durableName(), share);
            deliveries.add(new TailDelivery(subscription, session, consumer, endpoints, threads));
        }
    }

    /** Partitions 0 until {@code partitions}, over at most {@code sessions} shares, none of them empty. */
    static List<Set<Integer>> deal(int partitions, int sessions) {
        var shares = new ArrayList<Set<Integer>>();
        for (int partition = 0; partition < partitions; partition++) {
            if (shares.size() < sessions) {
                shares.add(new HashSet<>());
            }
            shares.get(partition % sessions).add(partition);
        }
        return shares;
    }

    void begin() throws JMSException {
        for (var delivery : deliveries) {
            delivery.begin();
        }
        connection.start();
    }

    @Override
    public void close() {
        // All are told before any is waited for, else the last would go on working while the first is waited for.
        deliveries.forEach(Delivery::stop);
        deliveries.forEach(Delivery::close);
        closeQuietly(connection);
    }

    private static void closeQuietly(IsthmusConnection connection) {
        try {
            connection.close();
        } catch (JMSException e) {
            log.log(Level.DEBUG, "Closing a connection failed", e);
        }
    }

    @Override
    public String toString() {
        return "partitions=" + partitions;
    }
}
