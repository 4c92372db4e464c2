package org.isthmus.ra.inbound;

import jakarta.jms.JMSException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.isthmus.jms.InHand;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusManagedConnection;

/** One connection to the broker, and the delivery on it. */
final class Attachment implements AutoCloseable {
    private static final System.Logger log = System.getLogger(Attachment.class.getName());

    private final IsthmusManagedConnection connection;
    private final Delivery delivery;

    private Attachment(IsthmusManagedConnection connection, Delivery delivery) {
        this.connection = connection;
        this.delivery = delivery;
    }

    /** Connects and subscribes; nothing is delivered before {@link #begin}. {@code onLost} is called at most once. */
    static Attachment open(
            Subscription subscription,
            IsthmusConnectionFactory connections,
            MessageEndpointFactory endpoints,
            ServerThreads threads,
            InHand inHand,
            Crew crew,
            Consumer<JMSException> onLost)
            throws JMSException {
        var connection = connections.createManagedConnection();
        try {
            var reported = new AtomicBoolean();
            Consumer<JMSException> lost = e -> {
                if (reported.compareAndSet(false, true)) {
                    onLost.accept(e);
                }
            };
            connection.setExceptionListener(lost::accept);
            return new Attachment(
                    connection, new Delivery(subscription, connection, endpoints, threads, inHand, crew, lost));
        } catch (JMSException | RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    void begin() {
        delivery.begin();
    }

    void callForBeans() {
        delivery.callForBeans();
    }

    @Override
    public void close() {
        delivery.close();
        closeQuietly(connection);
    }

    private static void closeQuietly(IsthmusManagedConnection connection) {
        try {
            connection.close();
        } catch (JMSException e) {
            log.log(Level.DEBUG, "Closing a connection failed", e);
        }
    }
}
