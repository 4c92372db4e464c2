package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.GroupDescription;

/** ListGroups: every group whose coordinator is this broker. */
final class ListGroupsHandler implements ApiHandler<ListGroupsRequestData, ListGroupsResponseData> {
    private static final String CLASSIC = "Classic";

    private final GroupCoordinator groups;

    ListGroupsHandler(GroupCoordinator groups) {
        this.groups = groups;
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
                .thenApply(all -> new ListGroupsResponseData().setGroups(listed(all, request)))
                .exceptionally(failure -> new ListGroupsResponseData().setErrorCode(CoordinatorErrors.codeOf(failure)));
    }

    private static List<ListedGroup> listed(List<GroupDescription> groups, ListGroupsRequestData request) {
        return groups.stream()
                .filter(group -> wants(request.statesFilter(), group.phase().wireName()))
                .filter(group -> wants(request.typesFilter(), CLASSIC))
                .map(group -> new ListedGroup()
                        .setGroupId(group.groupId())
                        .setProtocolType(group.protocolType())
                        .setGroupState(group.phase().wireName())
                        .setGroupType(CLASSIC))
                .toList();
    }

    private static boolean wants(List<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }
}
