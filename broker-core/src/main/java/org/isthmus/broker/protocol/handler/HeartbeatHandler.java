package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.GroupCoordinator;

/** Heartbeat: a member is alive, and hears whether it is to join again. */
final class HeartbeatHandler implements ApiHandler<HeartbeatRequestData, HeartbeatResponseData> {
    private final GroupCoordinator groups;

    HeartbeatHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 12;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<HeartbeatResponseData> handle(RequestContext context, HeartbeatRequestData request) {
        var caller =
                new Caller(request.groupId(), request.memberId(), request.groupInstanceId(), request.generationId());
        return groups.heartbeat(caller)
                .exceptionally(CoordinatorErrors::errorOf)
                .thenApply(error -> new HeartbeatResponseData().setErrorCode(error.code()));
    }
}
