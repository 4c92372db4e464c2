package org.isthmus.ra;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.transaction.xa.XAResource;
import org.isthmus.jms.BatchMessageListener;

/**
 * An application server as far as transactions go: Narayana's manager, a pool whose connections belong to a transaction until that has
 * ended, and beans that are called in transactions of the container.
 */
final class JtaServer implements ConnectionManager, PoolListener {
    private static final long serialVersionUID = 1L;

    private final transient TransactionManager manager;
    private final transient Set<ManagedConnection> idle = ConcurrentHashMap.newKeySet();
    private final transient Map<Transaction, ManagedConnection> inUse = new ConcurrentHashMap<>();

    /** What is enlisted in place of a resource of the adapter. */
    transient UnaryOperator<XAResource> disguise = resource -> resource;

    JtaServer() {
        manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    /** The manager, which a JVM has one of, forgets its decisions with the JVM; before its first use. */
    static void keepDecisionsInMemory() {
        stores().forEach(store -> store.setObjectStoreType(VolatileStore.class.getName()));
    }

    /** The manager's decisions survive the JVM; before its first use. */
    static void keepDecisionsIn(Path directory) {
        stores().forEach(store -> store.setObjectStoreDir(directory.toString()));
    }

    private static List<ObjectStoreEnvironmentBean> stores() {
        return Stream.of("", "communicationStore", "stateStore")
                .map(name ->
                        BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name.isEmpty() ? null : name))
                .toList();
    }

    TransactionManager manager() {
        return manager;
    }

    void enlist(XAResource resource) {
        try {
            manager.getTransaction().enlistResource(resource);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tells when the transaction has ended. */
    void whenEnded(Transaction transaction, Runnable action) throws Exception {
        transaction.registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                action.run();
            }
        });
    }

    // The pool

    @Override
    public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo request)
            throws ResourceException {
        try {
            var transaction = manager.getTransaction();
            var shared = transaction == null ? null : inUse.get(transaction);
            if (shared != null) {
                return shared.getConnection(null, request);
            }
            var pooled = take(factory, request);
            if (transaction != null) {
                inUse.put(transaction, pooled);
                enlist(disguise.apply(pooled.getXAResource()));
                whenEnded(transaction, () -> {
                    inUse.remove(transaction);
                    giveBack(pooled);
                });
            }
            return pooled.getConnection(null, request);
        } catch (ResourceException e) {
            throw e;
        } catch (Exception e) {
            throw new ResourceException(e);
        }
    }

    @SuppressWarnings("unchecked") // the interface is older than generics
    private synchronized ManagedConnection take(ManagedConnectionFactory factory, ConnectionRequestInfo request)
            throws ResourceException {
        var pooled = factory.matchManagedConnections(new HashSet<>(idle), null, request);
        if (pooled == null) {
            pooled = factory.createManagedConnection(null, request);
            pooled.addConnectionEventListener(this);
        }
        idle.remove(pooled);
        return pooled;
    }

    private void giveBack(ManagedConnection pooled) {
        try {
            pooled.cleanup();
            idle.add(pooled);
        } catch (ResourceException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void connectionClosed(ConnectionEvent event) {
        var pooled = (ManagedConnection) event.getSource();
        if (!inUse.containsValue(pooled)) {
            giveBack(pooled);
        }
    }

    void close() throws Exception {
        if (manager.getTransaction() != null) {
            manager.rollback();
        }
        for (var connection : idle) {
            connection.destroy();
        }
        idle.clear();
    }

    // Beans

    MessageEndpointFactory beans(MessageListener bean) {
        return new Beans(messages -> messages.forEach(bean::onMessage));
    }

    MessageEndpointFactory beansThatTakeLists(BatchMessageListener bean) {
        return new Beans(bean);
    }

    /** What a container does around beans whose transactions it manages (Required). */
    private final class Beans implements BeanFactory {
        private final BatchMessageListener bean;

        Beans(BatchMessageListener bean) {
            this.bean = bean;
        }

        @Override
        public MessageEndpoint createEndpoint(XAResource resource) {
            return new Endpoint(resource);
        }

        @Override
        public boolean isDeliveryTransacted(Method method) {
            return true;
        }

        private final class Endpoint implements MessageEndpoint, MessageListener, BatchMessageListener {
            private final XAResource resource;

            Endpoint(XAResource resource) {
                this.resource = resource;
            }

            @Override
            public void beforeDelivery(Method method) throws ResourceException {
                try {
                    manager.begin();
                    enlist(disguise.apply(resource));
                } catch (Exception e) {
                    throw new ResourceException(e);
                }
            }

            @Override
            public void onMessage(Message message) {
                onMessages(List.of(message));
            }

            @Override
            public void onMessages(List<Message> messages) {
                try {
                    bean.onMessages(messages);
                } catch (RuntimeException e) {
                    setRollbackOnly();
                    throw e;
                }
            }

            @Override
            public void afterDelivery() throws ResourceException {
                try {
                    if (manager.getStatus() == Status.STATUS_MARKED_ROLLBACK) {
                        manager.rollback();
                    } else {
                        manager.commit();
                    }
                } catch (Exception e) {
                    throw new ResourceException(e);
                }
            }

            @Override
            public void release() {}
        }
    }

    void setRollbackOnly() {
        try {
            manager.setRollbackOnly();
        } catch (SystemException e) {
            throw new IllegalStateException(e);
        }
    }
}
