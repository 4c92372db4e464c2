package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.protocol.codec.ShareExtensions;

/**
 * DeleteGroups: forget groups that nobody belongs to, with their offsets, and of durable subscriptions that they are any: the next of the name would
 * go on with them.
 */
final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData, DeleteGroupsResponseData> {
    /** The settings that make a group a durable subscription. */
    private static final Set<String> SUBSCRIPTION =
            Set.of(GroupSetting.SUBSCRIPTION_TOPIC.key(), GroupSetting.SUBSCRIPTION_SHARED.key());

    private final GroupCoordinator groups;
    private final ShareGroups shareGroups;
    private final OtherBrokers others;
    private final MetadataStore metadata;

    DeleteGroupsHandler(GroupCoordinator groups, ShareGroups shareGroups, OtherBrokers others, MetadataStore metadata) {
        this.others = others;
        this.metadata = metadata;
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
        var hereOnly = ShareExtensions.isHereOnly(request.unknownTaggedFields());
        var results = request.groupsNames().stream()
                .distinct()
                .map(groupId -> (hereOnly ? deleteShared(groupId) : delete(groupId))
                        .thenApply(error ->
                                new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code())))
                .toList();
        return Stages.all(results).thenApply(all -> new DeleteGroupsResponseData()
                .setResults(new DeletableGroupResultCollection(all.iterator())));
    }

    private CompletionStage<ErrorCode> delete(String groupId) {
        return groups.delete(groupId)
                .exceptionally(CoordinatorErrors::errorOf)
                .thenCompose(error -> error == ErrorCode.GROUP_ID_NOT_FOUND
                        ? deleteSharedEverywhere(groupId).thenCompose(deleted -> endSubscription(groupId, deleted))
                        : CompletableFuture.completedStage(error));
    }

    /** Where one broker fails it failed, and the group was there where it was anywhere. */
    private CompletionStage<ErrorCode> deleteSharedEverywhere(String groupId) {
        var parts = new ArrayList<CompletionStage<ErrorCode>>();
        parts.add(deleteShared(groupId));
        others.all()
                .forEach(broker -> parts.add(others.forget(broker, groupId)
                        .thenApply(done -> ErrorCode.NONE)
                        .exceptionally(CoordinatorErrors::errorOf)));
        return Stages.all(parts).thenApply(errors -> errors.stream()
                .filter(error -> error != ErrorCode.NONE && error != ErrorCode.GROUP_ID_NOT_FOUND)
                .findFirst()
                .orElse(errors.contains(ErrorCode.NONE) ? ErrorCode.NONE : ErrorCode.GROUP_ID_NOT_FOUND));
    }

    /** After what it had is forgotten: where that fails, it is still a subscription. One whose topic is gone has nothing any more, and ends too. */
    private CompletionStage<ErrorCode> endSubscription(String groupId, ErrorCode deleted) {
        var isGone = deleted == ErrorCode.NONE || deleted == ErrorCode.GROUP_ID_NOT_FOUND;
        var isSubscription = metadata.image().groupConfigs().getOrDefault(groupId, Map.of()).keySet().stream()
                .anyMatch(SUBSCRIPTION::contains);
        if (!isGone || !isSubscription) {
            return CompletableFuture.completedStage(deleted);
        }
        return metadata.change(image -> {
                    var configs = new HashMap<>(image.groupConfigs().getOrDefault(groupId, Map.of()));
                    configs.keySet().removeAll(SUBSCRIPTION);
                    return List.of(new ClusterDelta.GroupConfigured(groupId, configs));
                })
                .thenApply(done -> ErrorCode.NONE)
                .exceptionally(CoordinatorErrors::errorOf);
    }

    private CompletionStage<ErrorCode> deleteShared(String groupId) {
        return shareGroups.delete(groupId).thenApply(done -> ErrorCode.NONE).exceptionally(CoordinatorErrors::errorOf);
    }
}
