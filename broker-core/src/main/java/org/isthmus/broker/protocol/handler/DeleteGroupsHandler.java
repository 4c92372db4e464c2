package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.isthmus.broker.coordinator.group.GroupCoordinator;

/** DeleteGroups: forget groups that nobody belongs to, with their offsets. */
final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData, DeleteGroupsResponseData> {
    private final GroupCoordinator groups;

    DeleteGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
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
                        .thenApply(error ->
                                new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code())))
                .toList();
        return Stages.all(results).thenApply(all -> new DeleteGroupsResponseData()
                .setResults(new DeletableGroupResultCollection(all.iterator())));
    }
}
