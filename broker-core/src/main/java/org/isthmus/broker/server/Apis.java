package org.isthmus.broker.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.isthmus.broker.controller.Elections;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.share.ShareMembership;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.protocol.handler.Addresses;
import org.isthmus.broker.protocol.handler.AlterConfigsHandler;
import org.isthmus.broker.protocol.handler.AlterPartitionReassignmentsHandler;
import org.isthmus.broker.protocol.handler.AlterShareGroupOffsetsHandler;
import org.isthmus.broker.protocol.handler.ApiHandler;
import org.isthmus.broker.protocol.handler.BrowseHandler;
import org.isthmus.broker.protocol.handler.ClusterIdentity;
import org.isthmus.broker.protocol.handler.CoordinatorHandlers;
import org.isthmus.broker.protocol.handler.CreatePartitionsHandler;
import org.isthmus.broker.protocol.handler.CreateTopicsHandler;
import org.isthmus.broker.protocol.handler.CurrentLeaders;
import org.isthmus.broker.protocol.handler.DelayHandler;
import org.isthmus.broker.protocol.handler.DeleteRecordsHandler;
import org.isthmus.broker.protocol.handler.DeleteShareGroupOffsetsHandler;
import org.isthmus.broker.protocol.handler.DeleteTopicsHandler;
import org.isthmus.broker.protocol.handler.DescribeClusterHandler;
import org.isthmus.broker.protocol.handler.DescribeConfigsHandler;
import org.isthmus.broker.protocol.handler.DescribeLogDirsHandler;
import org.isthmus.broker.protocol.handler.DescribeProducersHandler;
import org.isthmus.broker.protocol.handler.DescribeShareGroupOffsetsHandler;
import org.isthmus.broker.protocol.handler.DescribeTopicPartitionsHandler;
import org.isthmus.broker.protocol.handler.ElectLeadersHandler;
import org.isthmus.broker.protocol.handler.FetchHandler;
import org.isthmus.broker.protocol.handler.HandlerTable;
import org.isthmus.broker.protocol.handler.IncrementalAlterConfigsHandler;
import org.isthmus.broker.protocol.handler.LeaseHandler;
import org.isthmus.broker.protocol.handler.ListConfigResourcesHandler;
import org.isthmus.broker.protocol.handler.ListOffsetsHandler;
import org.isthmus.broker.protocol.handler.ListPartitionReassignmentsHandler;
import org.isthmus.broker.protocol.handler.MetadataHandler;
import org.isthmus.broker.protocol.handler.OffsetForLeaderEpochHandler;
import org.isthmus.broker.protocol.handler.OtherBrokers;
import org.isthmus.broker.protocol.handler.ProduceHandler;
import org.isthmus.broker.protocol.handler.SaslAuthenticateHandler;
import org.isthmus.broker.protocol.handler.ShareAcknowledgeHandler;
import org.isthmus.broker.protocol.handler.ShareFetchHandler;
import org.isthmus.broker.protocol.handler.ShareGroupConfigs;
import org.isthmus.broker.protocol.handler.ShareGroupDescribeHandler;
import org.isthmus.broker.protocol.handler.ShareGroupHeartbeatHandler;
import org.isthmus.broker.protocol.handler.ShareGroups;
import org.isthmus.broker.protocol.handler.ShareSessions;
import org.isthmus.broker.protocol.handler.TailHandler;
import org.isthmus.broker.protocol.handler.TemporaryHandler;
import org.isthmus.broker.protocol.handler.TopicCreation;
import org.isthmus.broker.protocol.handler.Topics;
import org.isthmus.broker.protocol.handler.TransactionalAcknowledgeHandler;
import org.isthmus.broker.protocol.handler.TransactionalDelayHandler;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;

/** Every API that this broker serves, joined to the parts that serve it. */
record Apis(
        BrokerSettings settings,
        Optional<PasswordFile> users,
        BrokerConfigs configs,
        MetadataStore metadata,
        Partitions partitions,
        JoinedCoordinators coordinators,
        ShareMembership membership,
        OtherBrokers others,
        Executor io,
        EventLoop timers,
        Clock clock,
        IdSource ids,
        Addresses addresses) {
    HandlerTable table() {
        var identity = new ClusterIdentity(metadata.image().clusterId(), settings.brokerId());
        var handlers = new ArrayList<ApiHandler<?, ?>>();
        users.ifPresent(known -> handlers.addAll(SaslAuthenticateHandler.asking(known)));
        handlers.addAll(data());
        handlers.addAll(topics(identity));
        handlers.addAll(TemporaryHandler.of(partitions.temporary(), ids));
        var shares = coordinators.shares();
        var shareGroups = new ShareGroups(
                membership, shares.coordinator(), new ShareGroupConfigs(metadata, clock), shares.used());
        handlers.addAll(shareGroups(shareGroups));
        handlers.add(new LeaseHandler(coordinators.groups(), clock));
        handlers.addAll(CoordinatorHandlers.of(
                coordinators.groups(),
                shareGroups,
                others,
                coordinators.transactions(),
                coordinators.admission(),
                coordinators.markers(),
                coordinators.producerIds(),
                internalTopics(),
                metadata,
                ids,
                addresses));
        return new HandlerTable(handlers, identity);
    }

    private List<ApiHandler<?, ?>> data() {
        var topics = new Topics(metadata, partitions);
        var leaders = new CurrentLeaders(metadata, addresses);
        return List.of(
                new ProduceHandler(topics, coordinators.admission(), leaders),
                new FetchHandler(topics, io, timers, leaders),
                new ListOffsetsHandler(topics, io),
                new DeleteRecordsHandler(topics),
                new DescribeProducersHandler(topics),
                new DelayHandler(topics, coordinators.delays().coordinator()),
                new TransactionalDelayHandler(topics, coordinators.delays().coordinator(), coordinators.admission()),
                new OffsetForLeaderEpochHandler(topics));
    }

    private List<ApiHandler<?, ?>> shareGroups(ShareGroups groups) {
        var topics = new Topics(metadata, partitions);
        var shares = coordinators.shares().coordinator();
        var sessions = new ShareSessions(shares, groups.configs());
        var leaders = new CurrentLeaders(metadata, addresses);
        return List.of(
                new ShareGroupHeartbeatHandler(topics, membership, coordinators.groups()),
                new ShareGroupDescribeHandler(topics, groups),
                new ShareFetchHandler(topics, sessions, io, timers, leaders),
                new ShareAcknowledgeHandler(topics, sessions, leaders),
                new BrowseHandler(topics, shares, io),
                new TailHandler(topics, io),
                new TransactionalAcknowledgeHandler(topics, shares, coordinators.admission()),
                new DescribeShareGroupOffsetsHandler(topics, groups, others),
                new AlterShareGroupOffsetsHandler(topics, groups, others),
                new DeleteShareGroupOffsetsHandler(topics, groups, others));
    }

    private List<ApiHandler<?, ?>> topics(ClusterIdentity identity) {
        var placement = settings.placement();
        var consumers = coordinators.groups().consumerConfig();
        var creation = new TopicCreation(metadata, placement, ids);
        return List.of(
                new MetadataHandler(
                        creation, partitions.temporary(), identity, addresses, settings.createsMissingTopics()),
                new DescribeClusterHandler(metadata, identity, addresses),
                new CreateTopicsHandler(creation, configs),
                new DeleteTopicsHandler(metadata, placement),
                new CreatePartitionsHandler(metadata, placement),
                new DescribeConfigsHandler(metadata, identity, configs, settings.described(), consumers),
                new AlterConfigsHandler(metadata, placement, consumers),
                new IncrementalAlterConfigsHandler(metadata, placement, consumers),
                new ListConfigResourcesHandler(metadata),
                new DescribeTopicPartitionsHandler(metadata),
                new ElectLeadersHandler(metadata, new Elections(configs)),
                new AlterPartitionReassignmentsHandler(metadata),
                new ListPartitionReassignmentsHandler(metadata),
                new DescribeLogDirsHandler(partitions, io));
    }

    private InternalTopics internalTopics() {
        return new StoredInternalTopics(metadata, settings.placement(), ids, StoredInternalTopics.Kind.of(settings));
    }
}
