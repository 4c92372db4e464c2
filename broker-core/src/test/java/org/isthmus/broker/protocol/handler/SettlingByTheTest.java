package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.protocol.codec.ShareExtensions;

/** What members of share groups say of what they hold, where a test reads it before the broker does, and may have it refused. */
public final class SettlingByTheTest {
    private final List<List<String>> said = new ArrayList<>();
    private final List<Boolean> awaited = new ArrayList<>();
    private ErrorCode refusal = ErrorCode.NONE;

    /** Has all of it refused, until {@link #take}. */
    public void refuse(ErrorCode code) {
        refusal = code;
    }

    public void take() {
        refusal = ErrorCode.NONE;
    }

    /** What each request said since this was asked last: acknowledge types and offsets. */
    public List<List<String>> said() {
        var since = List.copyOf(said);
        said.clear();
        return since;
    }

    /** Of each request since this was asked last, whether its member waits for the answer. */
    public List<Boolean> awaited() {
        var since = List.copyOf(awaited);
        awaited.clear();
        return since;
    }

    /** The table of a broker that settles by this. */
    public HandlerTable in(HandlerTable table, ClusterIdentity identity) {
        var handlers = new ArrayList<ApiHandler<?, ?>>();
        for (var handler : table.handlers()) {
            if (handler instanceof ShareAcknowledgeHandler acknowledge) {
                handlers.add(new Handler(acknowledge));
            } else if (!(handler instanceof ApiVersionsHandler)) {
                handlers.add(handler);
            }
        }
        return new HandlerTable(handlers, identity);
    }

    private final class Handler implements ApiHandler<ShareAcknowledgeRequestData, ShareAcknowledgeResponseData> {
        private final ShareAcknowledgeHandler broker;

        private Handler(ShareAcknowledgeHandler broker) {
            this.broker = broker;
        }

        @Override
        public short apiKey() {
            return broker.apiKey();
        }

        @Override
        public short minVersion() {
            return broker.minVersion();
        }

        @Override
        public short maxVersion() {
            return broker.maxVersion();
        }

        @Override
        public CompletionStage<ShareAcknowledgeResponseData> handle(
                RequestContext context, ShareAcknowledgeRequestData request) {
            said.add(told(request));
            awaited.add(!ShareExtensions.isUnawaited(request.unknownTaggedFields()));
            if (refusal == ErrorCode.NONE) {
                return broker.handle(context, request);
            }
            var nothing = request.duplicate();
            nothing.topics().clear(); // the session counts its requests
            var code = refusal;
            return broker.handle(context, nothing).thenApply(answer -> {
                request.topics().forEach(topic -> {
                    var refused = new ShareAcknowledgeTopicResponse().setTopicId(topic.topicId());
                    topic.partitions().forEach(partition -> refused.partitions()
                            .add(new PartitionData()
                                    .setPartitionIndex(partition.partitionIndex())
                                    .setErrorCode(code.code())));
                    answer.responses().add(refused);
                });
                return answer;
            });
        }

        private static List<String> told(ShareAcknowledgeRequestData request) {
            return request.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .flatMap(partition -> partition.acknowledgementBatches().stream())
                    .map(batch -> batch.acknowledgeTypes().get(0) + " of " + batch.firstOffset() + " to "
                            + batch.lastOffset())
                    .toList();
        }
    }
}
