package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.MetadataStore;

/**
 * Tells which things have settings. Version 0 knows of metrics that clients are asked for, and of nothing else; this broker asks for none, and
 * has no loggers that could be set from outside.
 */
public final class ListConfigResourcesHandler
        implements ApiHandler<ListConfigResourcesRequestData, ListConfigResourcesResponseData> {
    private static final byte BROKER_LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final Set<Byte> KNOWN =
            Set.of(ConfigResources.TOPIC, ConfigResources.BROKER, BROKER_LOGGER, CLIENT_METRICS, ConfigResources.GROUP);

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
        return CompletableFuture.completedStage(answer(context, request));
    }

    private ListConfigResourcesResponseData answer(RequestContext context, ListConfigResourcesRequestData request) {
        var response = new ListConfigResourcesResponseData();
        if (context.version() == 0) {
            return response;
        }
        if (!KNOWN.containsAll(request.resourceTypes())) {
            return response.setErrorCode(ErrorCode.UNSUPPORTED_VERSION.code());
        }
        var image = metadata.image();
        var listed = new ArrayList<ConfigResource>();
        list(request, ConfigResources.TOPIC, image.topics().keySet(), listed);
        list(request, ConfigResources.BROKER, image.brokers().keySet(), listed);
        list(request, ConfigResources.GROUP, image.groupConfigs().keySet(), listed);
        return response.setConfigResources(listed);
    }

    private static void list(
            ListConfigResourcesRequestData request, byte type, Collection<?> names, List<ConfigResource> listed) {
        if (request.resourceTypes().isEmpty() || request.resourceTypes().contains(type)) {
            names.forEach(name ->
                    listed.add(new ConfigResource().setResourceType(type).setResourceName(name.toString())));
        }
    }
}
