package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.isthmus.broker.server.ProcessCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Beans of a server at work on three brokers, of which one after another is killed and then one after another restarted, each in the middle of a
 * bean's transaction: every task is booked once in the queue and once in the database, and nothing stays in doubt.
 */
@Timeout(900)
class BrokerClusterIT {
    private static final String BOOKS = "books/books";
    private static final int BROKERS = 3;
    private static final int TASKS = 40;
    /** What a process ends with that was killed. */
    private static final int KILLED = 128 + 9;

    @Test
    void whicheverBrokerGoesBeansBookEachTaskOnce(@TempDir Path directory) throws Exception {
        try (var zooKeeper = new TestingServer(true);
                var cluster = new ProcessCluster(
                        zooKeeper.getConnectString() + "/beans",
                        // A broker that seems gone while the server starts gets no replica of the queues.
                        "zookeeper.session.timeout.ms=6000",
                        "default.replication.factor=3",
                        "transaction.state.log.replication.factor=3",
                        "offsets.topic.replication.factor=3",
                        "min.insync.replicas=2");
                var server = OwnServer.in(directory)) {
            for (int id = 1; id <= BROKERS; id++) {
                cluster.start(id, directory.resolve("broker-" + id));
            }
            for (var queue : List.of(Bookkeeping.WORK, Bookkeeping.BOOKED)) {
                cluster.createQueue(queue, BROKERS);
            }
            server.adapter(Map.of("bootstrapServers", cluster.bootstrap()));
            server.database();
            server.application(Application.books());
            server.start(BOOKS + "?create=yes");
            var booked = new ArrayList<String>();

            // The others do all the work while it is away.
            for (int id = 1; id <= BROKERS; id++) {
                booked.addAll(work(server, "killed-" + id, "forcibly=yes&ends=" + cluster.pid(id)));
                becomes(server, booked);
                assertThat(cluster.awaitEnd(id)).isEqualTo(KILLED);
                cluster.start(id);
                cluster.awaitAllInSync();
            }
            // It comes back while they work.
            for (int id = 1; id <= BROKERS; id++) {
                booked.addAll(work(server, "restarted-" + id, "ends=" + cluster.pid(id)));
                assertThat(cluster.awaitEnd(id)).isZero();
                cluster.start(id);
                becomes(server, booked);
                cluster.awaitAllInSync();
            }
            assertThat(booked).hasSize(2 * BROKERS * TASKS);
        }
    }

    /** Answers the tasks that it gave. */
    private static List<String> work(OwnServer server, String name, String end) throws Exception {
        var tasks = IntStream.range(0, TASKS).mapToObj(n -> name + "-" + n).toList();
        server.get(BOOKS + "?work=" + String.join(",", tasks) + "&" + end);
        return tasks;
    }

    private static void becomes(OwnServer server, List<String> booked) throws Exception {
        booked.sort(null);
        server.becomes(BOOKS, booked + " " + booked + " [] in doubt: 0 0");
    }
}
