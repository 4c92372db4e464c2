package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.protocol.codec.ShareExtensions;

/** ShareAcknowledge: settles records that a member holds. */
public final class ShareAcknowledgeHandler
        implements ApiHandler<ShareAcknowledgeRequestData, ShareAcknowledgeResponseData> {
    private final Topics topics;
    private final ShareSessions sessions;
    private final CurrentLeaders leaders;

    public ShareAcknowledgeHandler(Topics topics, ShareSessions sessions, CurrentLeaders leaders) {
        this.leaders = leaders;
        this.topics = topics;
        this.sessions = sessions;
    }

    @Override
    public short apiKey() {
        return 79;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<ShareAcknowledgeResponseData> handle(
            RequestContext context, ShareAcknowledgeRequestData request) {
        try {
            if (request.shareSessionEpoch() == ShareSessions.FIRST_EPOCH) {
                throw new BrokerException(
                        ErrorCode.INVALID_SHARE_SESSION_EPOCH, "a session does not begin with acknowledging");
            }
            var session = sessions.at(request.groupId(), request.memberId(), request.shareSessionEpoch());
            var answer = settling(request, session)
                    .settle(session, !ShareExtensions.isUnawaited(request.unknownTaggedFields()))
                    .thenApply(outcomes -> answer(session, outcomes, leaders.answer(context, true)));
            return request.shareSessionEpoch() == ShareSessions.FINAL_EPOCH
                    ? answer.thenCompose(
                            settled -> sessions.end(context, session).thenApply(ended -> settled))
                    : answer;
        } catch (RuntimeException e) {
            var refusal = Refusal.of(e);
            return CompletableFuture.completedStage(new ShareAcknowledgeResponseData()
                    .setErrorCode(refusal.code())
                    .setErrorMessage(refusal.message()));
        }
    }

    private ShareSettling settling(ShareAcknowledgeRequestData request, ShareSession session) {
        var settling = new ShareSettling(topics);
        for (var topic : request.topics()) {
            for (var partition : topic.partitions()) {
                settling.target(topic.topicId(), partition.partitionIndex())
                        .ifPresent(target -> say(partition, session, target, settling));
            }
        }
        return settling;
    }

    private static void say(
            ShareAcknowledgeRequestData.AcknowledgePartition partition,
            ShareSession session,
            ShareSession.Target target,
            ShareSettling settling) {
        var acknowledgements = new ArrayList<Acknowledgement>();
        try {
            for (var batch : partition.acknowledgementBatches()) {
                ShareAcknowledgements.add(
                        batch.firstOffset(),
                        batch.lastOffset(),
                        batch.acknowledgeTypes(),
                        session.opening().sessionLock(),
                        acknowledgements);
            }
            settling.say(target, acknowledgements);
        } catch (BrokerException e) {
            settling.refuse(target, e);
        }
    }

    private static ShareAcknowledgeResponseData answer(
            ShareSession session, Map<ShareSession.Target, Refusal> outcomes, CurrentLeaders.Answer leaders) {
        var byTopic = new LinkedHashMap<Uuid, ShareAcknowledgeTopicResponse>();
        outcomes.forEach((target, outcome) -> byTopic.computeIfAbsent(
                        target.topicId(), id -> new ShareAcknowledgeTopicResponse().setTopicId(id))
                .partitions()
                .add(partition(target, outcome, leaders)));
        var response = new ShareAcknowledgeResponseData()
                .setAcquisitionLockTimeoutMs(session.opening().settings().lockMs());
        byTopic.values().forEach(response.responses()::add);
        leaders.nodes().forEach(node -> response.nodeEndpoints()
                .add(new NodeEndpoint()
                        .setNodeId(node.id())
                        .setHost(node.host())
                        .setPort(node.port())
                        .setRack(node.rack())));
        return response;
    }

    private static PartitionData partition(ShareSession.Target target, Refusal outcome, CurrentLeaders.Answer leaders) {
        var data = new PartitionData()
                .setPartitionIndex(target.partition().partition())
                .setErrorCode(outcome.code())
                .setErrorMessage(outcome.message());
        leaders.leader(outcome.code(), target.partition())
                .ifPresent(leader -> data.setCurrentLeader(
                        new LeaderIdAndEpoch().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch())));
        return data;
    }
}
