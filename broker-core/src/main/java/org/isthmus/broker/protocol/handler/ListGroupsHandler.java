package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.GroupDescription;

/** ListGroups: every group whose coordinator is this broker, and the share groups that have something here. */
final class ListGroupsHandler implements ApiHandler<ListGroupsRequestData, ListGroupsResponseData> {
    private static final String CLASSIC = "Classic";
    private static final String CONSUMER = "Consumer";

    private static final String SHARE = "Share";

    private final GroupCoordinator groups;
    private final ShareGroups shareGroups;

    ListGroupsHandler(GroupCoordinator groups, ShareGroups shareGroups) {
        this.groups = groups;
        this.shareGroups = shareGroups;
    }

    @Override
    public short apiKey() {
        return 16;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<ListGroupsResponseData> handle(RequestContext context, ListGroupsRequestData request) {
        return groups.list()
                .thenCombine(shareGroups(request), (all, shared) -> {
                    var listed = new ArrayList<>(listed(all, request));
                    listed.addAll(shared);
                    return new ListGroupsResponseData().setGroups(listed);
                })
                .exceptionally(failure -> new ListGroupsResponseData().setErrorCode(CoordinatorErrors.codeOf(failure)));
    }

    private static List<ListedGroup> listed(List<GroupDescription> groups, ListGroupsRequestData request) {
        return groups.stream()
                .filter(group -> wants(request.statesFilter(), group.phase().wireName()))
                .filter(group -> wants(request.typesFilter(), type(group)))
                .map(group -> new ListedGroup()
                        .setGroupId(group.groupId())
                        .setProtocolType(group.protocolType())
                        .setGroupState(group.phase().wireName())
                        .setGroupType(type(group)))
                .toList();
    }

    private static String type(GroupDescription group) {
        return group.isOfConsumers() ? CONSUMER : CLASSIC;
    }

    private CompletionStage<List<ListedGroup>> shareGroups(ListGroupsRequestData request) {
        if (!wants(request.typesFilter(), SHARE)) {
            return CompletableFuture.completedStage(List.of());
        }
        return shareGroups.all().thenCombine(shareGroups.membership().groups(), (all, populated) -> all.stream()
                .map(group -> new ListedGroup()
                        .setGroupId(group)
                        .setProtocolType("share")
                        .setGroupState(populated.contains(group) ? "Stable" : "Empty")
                        .setGroupType(SHARE))
                .filter(group -> wants(request.statesFilter(), group.groupState()))
                .toList());
    }

    private static boolean wants(List<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }
}
