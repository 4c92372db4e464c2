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
    private static final Map<String, BranchTable> TABLES = new HashMap<>();

    private final String clusterId;
    private final ConcurrentMap<Xid, XaBranch> branches = new ConcurrentHashMap<>();
    private int users; // guarded by TABLES

    private BranchTable(String clusterId) {
        this.clusterId = clusterId;
    }

    static BranchTable acquire(String clusterId) {
        synchronized (TABLES) {
            var table = TABLES.computeIfAbsent(clusterId, BranchTable::new);
            table.users++;
            return table;
        }
    }

    void release() {
        synchronized (TABLES) {
            if (--users == 0) {
                TABLES.remove(clusterId, this);
            }
        }
    }

    ConcurrentMap<Xid, XaBranch> branches() {
        return branches;
    }
}
