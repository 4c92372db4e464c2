package org.isthmus.broker.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.isthmus.broker.runtime.EventLoop;

/** Carries out the writes of one attempt, and tells what was answered, on the loop. */
record Writing(CuratorFramework client, EventLoop loop) {
    /** Makes the nodes that nobody looks at yet, each by itself, and then the transaction. */
    void make(List<Write.Create> before, List<Write> inside, Consumer<Code> done) {
        if (before.isEmpty()) {
            commit(inside, done);
            return;
        }
        // The connection answers in order, so the last answer says that all others are there. An earlier failure is the
        // transaction's too: it counts on nothing but that what it makes visible was read back afterwards.
        var open = new int[] {before.size()};
        var worst = new Code[] {Code.OK};
        for (var node : before) {
            Consumer<Code> answered = code -> {
                if (code != Code.OK) {
                    worst[0] = code;
                }
                if (--open[0] == 0) {
                    if (worst[0] == Code.OK) {
                        commit(inside, done);
                    } else {
                        done.accept(worst[0]);
                    }
                }
            };
            try {
                client.create()
                        .orSetData()
                        .withMode(node.mode())
                        .inBackground((ignored, event) -> tell(answered, event.getResultCode()))
                        .forPath(node.path(), node.content());
            } catch (Exception e) {
                loop.execute(() -> answered.accept(code(e)));
            }
        }
    }

    private void commit(List<Write> writes, Consumer<Code> done) {
        try {
            var operations = new ArrayList<CuratorOp>(writes.size());
            for (var write : writes) {
                operations.add(write.on(client));
            }
            client.transaction()
                    .inBackground((ignored, event) -> tell(done, event.getResultCode()))
                    .forOperations(operations);
        } catch (Exception e) {
            loop.execute(() -> done.accept(code(e)));
        }
    }

    /** Deletes nodes that nobody looks at any more, and does not wait for it. */
    void delete(List<String> paths) {
        for (var path : paths) {
            try {
                client.delete().quietly().inBackground().forPath(path);
            } catch (Exception e) {
                System.getLogger(Writing.class.getName()).log(System.Logger.Level.DEBUG, "Stays behind: " + path, e);
            }
        }
    }

    private void tell(Consumer<Code> done, int code) {
        loop.execute(() -> done.accept(Code.get(code)));
    }

    private static Code code(Exception e) {
        return e instanceof KeeperException failure ? failure.code() : Code.CONNECTIONLOSS;
    }
}
