package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.metadata.MetadataStore;
import org.jspecify.annotations.Nullable;

/** Sets all settings of topics at once: what is not named goes back to its default. */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequestData, AlterConfigsResponseData> {
    private final ConfigChange change;

    public AlterConfigsHandler(MetadataStore metadata, Placement placement) {
        this.change = new ConfigChange(metadata, placement);
    }

    @Override
    public short apiKey() {
        return 33;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<AlterConfigsResponseData> handle(RequestContext context, AlterConfigsRequestData request) {
        var response = new AlterConfigsResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var resource : request.resources()) {
            var result = new AlterConfigsResourceResponse()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            response.responses().add(result);
            waits.add(change.alter(
                            resource.resourceType(),
                            resource.resourceName(),
                            request.validateOnly(),
                            present -> changes(present, resource))
                    .handle((image, failure) -> failure == null ? result : refuse(result, failure))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private static Map<String, @Nullable String> changes(Map<String, String> present, AlterConfigsResource resource) {
        var changes = new HashMap<String, @Nullable String>();
        present.keySet().forEach(name -> changes.put(name, null));
        resource.configs().forEach(config -> changes.put(config.name(), config.value()));
        return changes;
    }

    private static AlterConfigsResourceResponse refuse(AlterConfigsResourceResponse result, Throwable failure) {
        var refusal = Refusal.of(failure);
        return result.setErrorCode(refusal.code()).setErrorMessage(refusal.message());
    }
}
