package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.isthmus.broker.common.ErrorCode;

/** Tells what the table serves. */
final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequestData, ApiVersionsResponseData> {
    static final short KEY = 18;

    private static final short PRODUCE_KEY = 0;

    private static final List<Feature> FEATURES = List.of(
            // Level 2 is an epoch for each transaction (KIP-890).
            new Feature("transaction.version", 1, 2, 26, 5),
            new Feature("group.version", 1, 1, 68, 0),
            // Level 2 is a dead letter topic for each group (KIP-1191).
            new Feature("share.version", 1, 2, 76, 1),
            // Tools read from it which Kafka this is like: level 30 is that of 4.3, which those of 4.4 know as well.
            new Feature("metadata.version", 7, 30, 3, 12));

    /** What it is called, the levels that are there, and the API, in a version, that goes with it. */
    private record Feature(String name, int least, int most, int apiKey, int version) {}

    /** The same on every broker, and for ever: features here come with the software and are never turned on or off. */
    private static final long FEATURES_EPOCH = 1;

    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?");

    private final HandlerTable table;
    private final ClusterIdentity identity;

    ApiVersionsHandler(HandlerTable table, ClusterIdentity identity) {
        this.table = table;
        this.identity = identity;
    }

    @Override
    public short apiKey() {
        return KEY;
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
    public CompletionStage<ApiVersionsResponseData> handle(RequestContext context, ApiVersionsRequestData request) {
        return CompletableFuture.completedFuture(answer(check(context, request)));
    }

    private ErrorCode check(RequestContext context, ApiVersionsRequestData request) {
        if (context.version() >= 3
                && !(SOFTWARE.matcher(request.clientSoftwareName()).matches()
                        && SOFTWARE.matcher(request.clientSoftwareVersion()).matches())) {
            return ErrorCode.INVALID_REQUEST;
        }
        // A client that expects another cluster or broker at this address must look for it anew (KIP-1242).
        var otherCluster = request.clusterId() != null && !request.clusterId().equals(identity.clusterName());
        var otherBroker =
                request.nodeId() >= 0 && request.nodeId() != identity.self().value();
        return otherCluster || otherBroker ? ErrorCode.REBOOTSTRAP_REQUIRED : ErrorCode.NONE;
    }

    /** The answer to a version that is not served: it goes in version 0, which every client can read. */
    ApiVersionsResponseData unsupported() {
        return answer(ErrorCode.UNSUPPORTED_VERSION);
    }

    private ApiVersionsResponseData answer(ErrorCode error) {
        var answer = new ApiVersionsResponseData().setErrorCode(error.code());
        for (var handler : table.handlers()) {
            // Older librdkafka takes a broker without Produce v0 for one that it cannot talk to, and then sends v7.
            short min = handler.apiKey() == PRODUCE_KEY ? 0 : handler.minVersion();
            answer.apiKeys()
                    .add(new ApiVersion()
                            .setApiKey(handler.apiKey())
                            .setMinVersion(min)
                            .setMaxVersion(handler.maxVersion()));
        }
        features(answer);
        return answer;
    }

    /** What clients do only once the whole cluster can. It follows from what is served, so it cannot claim more. */
    private void features(ApiVersionsResponseData answer) {
        for (var feature : FEATURES) {
            if (!table.serves((short) feature.apiKey(), (short) feature.version())) {
                continue;
            }
            answer.supportedFeatures()
                    .add(new SupportedFeatureKey()
                            .setName(feature.name())
                            .setMinVersion((short) feature.least())
                            .setMaxVersion((short) feature.most()));
            answer.finalizedFeatures()
                    .add(new FinalizedFeatureKey()
                            .setName(feature.name())
                            .setMinVersionLevel((short) feature.most())
                            .setMaxVersionLevel((short) feature.most()));
            answer.setFinalizedFeaturesEpoch(FEATURES_EPOCH);
        }
    }
}
