package org.isthmus.broker.server;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.coordinator.group.GroupConfig;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.MigrationPolicy;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.MarkerWriter;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.handler.TransactionAdmission;
import org.isthmus.broker.replica.Consumption;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/** The coordinators of a broker in a simulated cluster, joined as those of any other. */
public final class SimulatedCoordinators {
    /** How long a member of a group may be silent. */
    public static final Duration SESSION = Duration.ofSeconds(4);

    /** As by default, but for sessions that end while the troubles of a simulation last. */
    private static final GroupConfig GROUPS = new GroupConfig(
            SESSION,
            GroupConfig.DEFAULT.maxSessionTimeout(),
            GroupConfig.DEFAULT.maxSize(),
            GroupConfig.DEFAULT.initialRebalanceDelay(),
            GroupConfig.DEFAULT.offsetsRetention(),
            GroupConfig.DEFAULT.offsetsCheckInterval(),
            GroupConfig.DEFAULT.maxOffsetMetadataBytes(),
            new ConsumerGroupConfig(
                    new ConsumerGroupConfig.Range(SESSION, SESSION, SESSION),
                    ConsumerGroupConfig.DEFAULT.heartbeat(),
                    Integer.MAX_VALUE,
                    MigrationPolicy.BIDIRECTIONAL));

    private final JoinedCoordinators joined;
    private final TransactionAdmission here;

    /** How other brokers are asked. */
    public interface Peers {
        CompletionStage<ErrorCode> writeMarker(Endpoint leader, TopicPartition participant, Marker marker);

        CompletionStage<ErrorCode> admit(
                Endpoint coordinator,
                String transactionalId,
                ProducerIdentity producer,
                Set<TopicPartition> partitions,
                boolean joins);

        CompletionStage<Void> append(Endpoint leader, TopicPartition id, UUID topicId, ByteBuffer batch);
    }

    public SimulatedCoordinators(
            BrokerId self,
            MetadataStore metadata,
            Partitions partitions,
            Peers peers,
            Executor io,
            Clock clock,
            IdSource ids) {
        joined = new JoinedCoordinators(
                metadata,
                partitions,
                new JoinedCoordinators.Elsewhere(
                        new Leaders(self, metadata, false), peers::writeMarker, peers::admit, peers::append),
                GROUPS,
                new DeadLetterTopics(
                        metadata, new Placement(1_000, 1, 1), ids, new DeadLetterTopics.Rules("dlq.", true), Map::of),
                io,
                clock,
                ids);
        here = TransactionAdmission.of(joined.transactions());
        joined.listen();
    }

    public void resignAll() {
        joined.resignAll();
    }

    public TransactionCoordinator transactions() {
        return joined.transactions();
    }

    public GroupCoordinator groups() {
        return joined.groups();
    }

    public ShareCoordinator shares() {
        return joined.shares().coordinator();
    }

    public Consumption consumption() {
        return joined.shares();
    }

    public DelayCoordinator delays() {
        return joined.delays().coordinator();
    }

    /** Asks the coordinator of a transaction, wherever it is. */
    public TransactionAdmission admission() {
        return joined.admission();
    }

    /** As the coordinator of a transaction, for a partition that is led elsewhere. */
    public TransactionAdmission admissionHere() {
        return here;
    }

    /** To what is led here, for a coordinator elsewhere. */
    public MarkerWriter markersHere() {
        return joined.markers();
    }
}
