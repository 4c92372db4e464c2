package org.isthmus.broker.server;

import java.util.List;
import java.util.concurrent.Executor;
import org.isthmus.broker.coordinator.group.GroupConfig;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.transaction.ProducerIds;
import org.isthmus.broker.coordinator.transaction.TransactionConfig;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.protocol.handler.TransactionAdmission;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/**
 * Every coordinator of a broker, joined to the partitions that it leads and to those of the other brokers; in a simulated cluster too. Safe for
 * use by many threads.
 */
final class JoinedCoordinators {
    private final Partitions partitions;
    private final ProducerIds producerIds;
    private final GroupCoordinator groups;
    private final TransactionCoordinator transactions;
    private final SharePlaces shares;
    private final DelayPlaces delays;
    private final TransactionMarkers markers;
    private final TransactionAdmission admission;
    private final Coordinators sharded;

    /** How the other brokers of the cluster are reached. */
    record Elsewhere(
            Leaders leaders,
            ClusterTransactions.Telling telling,
            ClusterTransactions.Asking asking,
            LeaderAppend.Elsewhere appending) {}

    JoinedCoordinators(
            MetadataStore metadata,
            Partitions partitions,
            Elsewhere elsewhere,
            GroupConfig groupConfig,
            DeadLetterTopics deadLetterTopics,
            Executor io,
            Clock clock,
            IdSource ids) {
        this.partitions = partitions;
        var leaders = elsewhere.leaders();
        groups = new GroupCoordinator(groupConfig, metadata::image, clock, ids);
        producerIds = new ProducerIds(metadata);
        var appends = new LeaderAppend(leaders, partitions, elsewhere.appending());
        shares = new SharePlaces(partitions, io, metadata, deadLetterTopics, appends, clock, ids);
        delays = new DelayPlaces(partitions, io, metadata, producerIds, clock, ids);
        markers =
                new TransactionMarkers(metadata, partitions, groups, shares.coordinator(), delays.coordinator(), clock);
        var cluster = new ClusterTransactions(leaders, metadata, elsewhere.telling(), elsewhere.asking());
        transactions = new TransactionCoordinator(
                TransactionConfig.DEFAULT, metadata::image, cluster.markers(markers), producerIds, clock, ids);
        admission = cluster.admission(TransactionAdmission.of(transactions));
        sharded = new Coordinators(List.of(groups.shards(), transactions.shards()));
    }

    /** From now on they hear of what is led here. Before the first image is applied. */
    void listen() {
        partitions.addListener(sharded);
        partitions.addListener(shares);
        partitions.addListener(delays);
    }

    /** Whoever waits at one of them is told that it is gone, while there still is a connection to tell by. */
    void resignAll() {
        delays.resignAll();
        shares.resignAll();
        sharded.resignAll(partitions);
    }

    ProducerIds producerIds() {
        return producerIds;
    }

    GroupCoordinator groups() {
        return groups;
    }

    TransactionCoordinator transactions() {
        return transactions;
    }

    SharePlaces shares() {
        return shares;
    }

    DelayPlaces delays() {
        return delays;
    }

    /** Brings outcomes to what is led here. */
    TransactionMarkers markers() {
        return markers;
    }

    /** Asks the coordinator of a transaction, wherever it is. */
    TransactionAdmission admission() {
        return admission;
    }
}
