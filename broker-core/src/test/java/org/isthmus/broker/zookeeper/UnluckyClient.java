package org.isthmus.broker.zookeeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** A client of a real server, of which one transaction is taken off its way when a test says so. All else passes. */
final class UnluckyClient implements ZookeeperFactory {
    private final AtomicReference<CompletableFuture<Held>> wanted = new AtomicReference<>();

    /** Completes with the next transaction, which does not get through by itself. */
    CompletableFuture<Held> holdNext() {
        var next = new CompletableFuture<Held>();
        wanted.set(next);
        return next;
    }

    @Override
    public ZooKeeper newZooKeeper(String servers, int sessionTimeoutMs, Watcher watcher, boolean canBeReadOnly)
            throws IOException {
        return new ZooKeeper(servers, sessionTimeoutMs, watcher, canBeReadOnly) {
            @Override
            public void multi(Iterable<Op> operations, MultiCallback callback, Object context) {
                var holder = wanted.getAndSet(null);
                if (holder == null) {
                    super.multi(operations, callback, context);
                } else {
                    holder.complete(new Held(this, operations, callback, context));
                }
            }
        };
    }

    /** A transaction on its way, of which the sender knows nothing yet. */
    static final class Held {
        private final ZooKeeper sender;
        private final List<Op> operations = new ArrayList<>();
        private final MultiCallback callback;
        private final Object context;

        private Held(ZooKeeper sender, Iterable<Op> operations, MultiCallback callback, Object context) {
            this.sender = sender;
            operations.forEach(this.operations::add);
            this.callback = callback;
            this.context = context;
        }

        /** It arrives. Returns whether it took effect. */
        boolean arrive() throws Exception {
            try {
                sender.multi(operations);
                return true;
            } catch (KeeperException.BadVersionException conflict) {
                return false;
            }
        }

        /** The connection breaks, and the sender hears nothing more. */
        void loseAnswer() throws IOException {
            sender.getTestable().closeSocket();
            callback.processResult(Code.CONNECTIONLOSS.intValue(), null, context, null);
        }
    }
}
