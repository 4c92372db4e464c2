package org.isthmus.broker.protocol.handler;

import java.util.List;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.transaction.MarkerWriter;
import org.isthmus.broker.coordinator.transaction.ProducerIds;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/** The handlers of all APIs that coordinators serve. */
public final class CoordinatorHandlers {
    private CoordinatorHandlers() {}

    /**
     * All of them.
     *
     * @param others have the parts of share groups that are not led here
     * @param admission asks the coordinator of any transactional id, wherever it is
     * @param markers writes to what is led here
     * @param addresses under which a client reaches the broker that coordinates
     */
    public static List<ApiHandler<?, ?>> of(
            GroupCoordinator groups,
            ShareGroups shareGroups,
            OtherBrokers others,
            TransactionCoordinator transactions,
            TransactionAdmission admission,
            MarkerWriter markers,
            ProducerIds producerIds,
            InternalTopics topics,
            MetadataStore metadata,
            IdSource ids,
            Addresses addresses) {
        return List.of(
                new FindCoordinatorHandler(topics, metadata, addresses),
                new JoinGroupHandler(groups, shareGroups.membership()),
                new SyncGroupHandler(groups),
                new HeartbeatHandler(groups),
                new LeaveGroupHandler(groups),
                new OffsetCommitHandler(groups, metadata),
                new OffsetFetchHandler(groups, metadata),
                new OffsetDeleteHandler(groups, metadata),
                new ConsumerGroupHeartbeatHandler(groups, shareGroups.membership(), metadata, ids),
                new ConsumerGroupDescribeHandler(groups, metadata),
                new DescribeGroupsHandler(groups),
                new ListGroupsHandler(groups, shareGroups),
                new DeleteGroupsHandler(groups, shareGroups, others, metadata),
                new InitProducerIdHandler(producerIds, transactions),
                new AddPartitionsToTxnHandler(TransactionAdmission.of(transactions), metadata),
                new AddOffsetsToTxnHandler(transactions, topics),
                new EndTxnHandler(transactions),
                new CommitBehindHandler(transactions),
                new TxnOffsetCommitHandler(groups, admission, topics, metadata),
                new WriteTxnMarkersHandler(markers),
                new DescribeTransactionsHandler(transactions),
                new ListTransactionsHandler(transactions, Clock.system()),
                new PrepareTransactionHandler(transactions),
                new KeepTransactionHandler(transactions),
                new DescribeBranchesHandler(transactions, Clock.system()),
                new EndBranchHandler(transactions),
                new ForgetBranchHandler(transactions));
    }
}
