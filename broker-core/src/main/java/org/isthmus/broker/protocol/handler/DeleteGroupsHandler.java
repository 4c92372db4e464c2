package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.GroupCoordinator;

/** DeleteGroups: forget groups that nobody belongs to, with their offsets. */
final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData, DeleteGroupsResponseData> {
    private final GroupCoordinator groups;
    private final ShareGroups shareGroups;

    DeleteGroupsHandler(GroupCoordinator groups, ShareGroups shareGroups) {
        this.groups = groups;
        this.shareGroups = shareGroups;
    }

    @Override
    public short apiKey() {
        return 42;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 3;
    }

    @Override
    public CompletionStage<DeleteGroupsResponseData> handle(RequestContext context, DeleteGroupsRequestData request) {
        var results = request.groupsNames().stream()
                .distinct()
                .map(groupId -> groups.delete(groupId)
                        .exceptionally(CoordinatorErrors::errorOf)
                        .thenCompose(error -> error == ErrorCode.GROUP_ID_NOT_FOUND
                                ? deleteShared(groupId)
                                : CompletableFuture.completedStage(error))
                        .thenApply(error ->
                                new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code())))
                .toList();
        return Stages.all(results).thenApply(all -> new DeleteGroupsResponseData()
                .setResults(new DeletableGroupResultCollection(all.iterator())));
    }

    private CompletionStage<ErrorCode> deleteShared(String groupId) {
        return shareGroups.delete(groupId).thenApply(done -> ErrorCode.NONE).exceptionally(CoordinatorErrors::errorOf);
    }
}
