package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** Names what has settings: topics, brokers, and groups that were given some. Nobody's metrics are subscribed to, so version 0 names nothing. */
public final class ListConfigResourcesHandler
        implements ApiHandler<ListConfigResourcesRequestData, ListConfigResourcesResponseData> {
    private static final List<Byte> EVERY_TYPE = List.of(
            ConfigResources.TOPIC,
            ConfigResources.BROKER,
            ConfigResources.BROKER_LOGGER,
            ConfigResources.CLIENT_METRICS,
            ConfigResources.GROUP);

    private final MetadataStore metadata;

    public ListConfigResourcesHandler(MetadataStore metadata) {
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 74;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<ListConfigResourcesResponseData> handle(
            RequestContext context, ListConfigResourcesRequestData request) {
        var response = new ListConfigResourcesResponseData();
        var types = request.resourceTypes();
        if (!EVERY_TYPE.containsAll(types)) {
            return CompletableFuture.completedFuture(response.setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code()));
        }
        if (context.version() > 0) {
            for (var type : types.isEmpty() ? EVERY_TYPE : types) {
                for (var name : names(metadata.image(), type)) {
                    response.configResources()
                            .add(new ConfigResource().setResourceName(name).setResourceType(type));
                }
            }
        }
        return CompletableFuture.completedFuture(response);
    }

    private static Iterable<String> names(ClusterImage image, byte type) {
        return switch (type) {
            case ConfigResources.TOPIC -> new TreeSet<>(image.topics().keySet());
            case ConfigResources.BROKER, ConfigResources.BROKER_LOGGER -> brokers(image);
            case ConfigResources.GROUP -> new TreeSet<>(image.groupConfigs().keySet());
            default -> List.of();
        };
    }

    private static List<String> brokers(ClusterImage image) {
        var names = new ArrayList<String>();
        image.brokers().keySet().forEach(broker -> names.add(broker.toString()));
        names.sort(null);
        return names;
    }
}
