package org.isthmus.ra;

import jakarta.jms.JMSException;
import jakarta.resource.ResourceException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.isthmus.jms.IsthmusManagedConnection;

/**
 * What a server and its administrators recover by: one connection to each broker, made when somebody first asks and kept until the adapter
 * stops. Any of them answers for every prepared branch of its broker. Safe for use by many threads.
 */
final class RecoveryConnections implements AutoCloseable {
    private static final System.Logger log = System.getLogger(RecoveryConnections.class.getName());

    private final IsthmusResourceAdapter adapter;
    private final List<IsthmusManagedConnection> connections = new ArrayList<>(); // guarded by this
    private boolean isClosed; // guarded by this

    RecoveryConnections(IsthmusResourceAdapter adapter) {
        this.adapter = adapter;
    }

    /** One for each broker, however many of the activations there are. */
    synchronized XAResource[] resources(List<IsthmusActivationSpec> specs) throws ResourceException {
        var wanted = new ArrayList<XAResource>();
        for (var spec : specs) {
            try {
                var resource = resource(spec);
                if (!wanted.contains(resource)) {
                    wanted.add(resource);
                }
            } catch (JMSException | XAException e) {
                throw new ResourceException("Cannot recover the transactions of " + spec + ": " + e.getMessage(), e);
            }
        }
        return wanted.toArray(XAResource[]::new);
    }

    private XAResource resource(IsthmusActivationSpec spec) throws JMSException, XAException, ResourceException {
        return connection(spec.connectionFactory(adapter)).xaResource();
    }

    /** To the adapter's own broker. */
    synchronized IsthmusManagedConnection own() throws JMSException {
        try {
            return connection(adapter.connectionFactory());
        } catch (XAException e) {
            throw new IllegalStateException("Two resources cannot be compared", e);
        }
    }

    private IsthmusManagedConnection connection(IsthmusConnectionFactory factory) throws JMSException, XAException {
        if (isClosed) {
            // A server may recover while it stops the adapter; an embedded broker would then never end.
            throw new jakarta.jms.IllegalStateException("The adapter has stopped");
        }
        factory.setClientID(""); // which a bean may have at this moment
        var opened = factory.createManagedConnection();
        for (var known : connections) {
            if (known.xaResource().isSameRM(opened.xaResource())) {
                opened.close();
                return known;
            }
        }
        connections.add(opened);
        return opened;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        for (var connection : connections) {
            try {
                connection.close();
            } catch (JMSException e) {
                log.log(Level.DEBUG, "Closing a connection failed", e);
            }
        }
        connections.clear();
    }
}
