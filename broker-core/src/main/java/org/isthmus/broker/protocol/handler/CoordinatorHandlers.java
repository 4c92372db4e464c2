package org.isthmus.broker.protocol.handler;

import java.util.List;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.transaction.ProducerIds;
import org.isthmus.broker.metadata.MetadataStore;

/** The handlers of all APIs that coordinators serve. */
public final class CoordinatorHandlers {
    private CoordinatorHandlers() {}

    public static List<ApiHandler<?, ?>> of(
            GroupCoordinator groups,
            ShareGroups shareGroups,
            ProducerIds producerIds,
            InternalTopics topics,
            MetadataStore metadata) {
        return List.of(
                new FindCoordinatorHandler(topics, metadata),
                new JoinGroupHandler(groups),
                new SyncGroupHandler(groups),
                new HeartbeatHandler(groups),
                new LeaveGroupHandler(groups),
                new OffsetCommitHandler(groups, metadata),
                new OffsetFetchHandler(groups, metadata),
                new OffsetDeleteHandler(groups),
                new DescribeGroupsHandler(groups),
                new ListGroupsHandler(groups, shareGroups),
                new DeleteGroupsHandler(groups, shareGroups),
                new InitProducerIdHandler(producerIds));
    }
}
