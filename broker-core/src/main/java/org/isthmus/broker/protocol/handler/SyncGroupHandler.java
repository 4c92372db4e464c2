package org.isthmus.broker.protocol.handler;

import java.util.HashMap;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.SyncRequest;

/** SyncGroup: what a member is to read; its leader brings that along for all. */
final class SyncGroupHandler implements ApiHandler<SyncGroupRequestData, SyncGroupResponseData> {
    private final GroupCoordinator groups;

    SyncGroupHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 14;
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
    public CompletionStage<SyncGroupResponseData> handle(RequestContext context, SyncGroupRequestData request) {
        var assignment = new HashMap<String, Bytes>();
        request.assignments().forEach(given -> assignment.put(given.memberId(), new Bytes(given.assignment())));
        var caller =
                new Caller(request.groupId(), request.memberId(), request.groupInstanceId(), request.generationId());
        return groups.sync(new SyncRequest(caller, request.protocolType(), request.protocolName(), assignment))
                .handle((answer, failure) -> failure == null
                        ? new SyncGroupResponseData()
                                .setErrorCode(answer.error().code())
                                .setProtocolType(answer.protocolType())
                                .setProtocolName(answer.protocol())
                                .setAssignment(answer.assignment().array())
                        : new SyncGroupResponseData().setErrorCode(CoordinatorErrors.codeOf(failure)));
    }
}
