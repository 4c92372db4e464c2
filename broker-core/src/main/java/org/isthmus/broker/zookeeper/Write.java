package org.isthmus.broker.zookeeper;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.CreateMode;

/** One part of a change: what is to become of one node, if it still is as it was when the change was decided. */
sealed interface Write {
    String path();

    CuratorOp on(CuratorFramework client) throws Exception;

    /** Changes nothing, and makes the others fail where the node has changed. */
    record Check(String path, int version) implements Write {
        @Override
        public CuratorOp on(CuratorFramework client) throws Exception {
            return client.transactionOp().check().withVersion(version).forPath(path);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Create(String path, byte[] content, CreateMode mode) implements Write {
        @Override
        public CuratorOp on(CuratorFramework client) throws Exception {
            return client.transactionOp().create().withMode(mode).forPath(path, content);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Set(String path, byte[] content, int version) implements Write {
        @Override
        public CuratorOp on(CuratorFramework client) throws Exception {
            return client.transactionOp().setData().withVersion(version).forPath(path, content);
        }
    }

    record Delete(String path, int version) implements Write {
        @Override
        public CuratorOp on(CuratorFramework client) throws Exception {
            return client.transactionOp().delete().withVersion(version).forPath(path);
        }
    }
}
