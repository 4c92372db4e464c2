package org.isthmus.jms;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.isthmus.broker.common.Xid;

/**
 * The branches that this process works in at one cluster. All connections to it share them, so that one may join what another began: a manager
 * then has one branch to prepare where it would have had several. It lives from the first connection to the last. Safe for use by many threads.
 */
final class BranchTable {
    /** Those of one process, by the identities of their clusters. */
    static final class All {
        private final Map<String, BranchTable> tables = new HashMap<>(); // guarded by itself

        BranchTable acquire(String clusterId) {
            synchronized (tables) {
                var table = tables.computeIfAbsent(clusterId, id -> new BranchTable(id, this));
                table.users++;
                return table;
            }
        }
    }

    private final String clusterId;
    private final All all;
    private final ConcurrentMap<Xid, XaBranch> branches = new ConcurrentHashMap<>();
    private int users; // guarded by all tables

    private BranchTable(String clusterId, All all) {
        this.clusterId = clusterId;
        this.all = all;
    }

    void release() {
        synchronized (all.tables) {
            if (--users == 0) {
                all.tables.remove(clusterId, this);
            }
        }
    }

    ConcurrentMap<Xid, XaBranch> branches() {
        return branches;
    }
}
