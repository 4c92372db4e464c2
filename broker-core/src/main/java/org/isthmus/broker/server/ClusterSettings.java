package org.isthmus.broker.server;

import java.time.Duration;
import java.util.Optional;
import org.isthmus.broker.zookeeper.ZooKeeperConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a broker is to its cluster.
 *
 * @param zooKeeper where the cluster is coordinated; nothing: the broker is a cluster by itself
 * @param rack what the broker shares with those that fail together with it
 * @param offsetsReplicas of the offsets topic, as far as there are brokers
 * @param transactionReplicas of the topic of transactions, as far as there are brokers
 * @param transactionsInSync how many of those have to be in sync before the topic takes anything; 0: two, where one of them may still be away
 * @param balanceInterval how often leaders are brought back to where they are preferred; zero: never
 * @param maxReplicaLag how long a replica may be behind its leader and still be waited for
 */
record ClusterSettings(
        Optional<ZooKeeperConfig> zooKeeper,
        @Nullable String rack,
        int offsetsReplicas,
        int transactionReplicas,
        int transactionsInSync,
        Duration balanceInterval,
        Duration maxReplicaLag) {}
