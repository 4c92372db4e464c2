package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.metadata.MetadataStore;
import org.jspecify.annotations.Nullable;

/** Sets all settings of topics at once: what is not named goes back to its default. */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequestData, AlterConfigsResponseData> {
    private final ConfigChange change;

    public AlterConfigsHandler(MetadataStore metadata, Placement placement, ConsumerGroupConfig groups) {
        this.change = new ConfigChange(metadata, placement, groups);
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
        var wishes = new ArrayList<ConfigChange.Wish>();
        for (var resource : request.resources()) {
            var result = new AlterConfigsResourceResponse()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            response.responses().add(result);
            wishes.add(new ConfigChange.Wish(
                    resource.resourceType(),
                    resource.resourceName(),
                    present -> changes(present, resource),
                    refusal -> result.setErrorCode(refusal.code()).setErrorMessage(refusal.message())));
        }
        return change.alterAll(wishes, request.validateOnly()).thenApply(ignored -> response);
    }

    private static Map<String, @Nullable String> changes(Map<String, String> present, AlterConfigsResource resource) {
        var changes = new HashMap<String, @Nullable String>();
        present.keySet().forEach(name -> changes.put(name, null));
        resource.configs().forEach(config -> changes.put(config.name(), config.value()));
        return changes;
    }
}
