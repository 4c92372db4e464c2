package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicSetting;
import org.jspecify.annotations.Nullable;

/** Changes single settings of topics, groups and brokers and leaves the others. */
public final class IncrementalAlterConfigsHandler
        implements ApiHandler<IncrementalAlterConfigsRequestData, IncrementalAlterConfigsResponseData> {
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private final ConfigChange change;

    public IncrementalAlterConfigsHandler(MetadataStore metadata, Placement placement, ConsumerGroupConfig groups) {
        this.change = new ConfigChange(metadata, placement, groups);
    }

    @Override
    public short apiKey() {
        return 44;
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
    public CompletionStage<IncrementalAlterConfigsResponseData> handle(
            RequestContext context, IncrementalAlterConfigsRequestData request) {
        var response = new IncrementalAlterConfigsResponseData();
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
        for (var config : resource.configs()) {
            if (changes.containsKey(config.name())) {
                throw new BrokerException(
                        ErrorCode.INVALID_REQUEST, config.name() + " is to be changed in two ways at once");
            }
            changes.put(config.name(), changed(present, config));
        }
        return changes;
    }

    private static @Nullable String changed(Map<String, String> present, AlterableConfig config) {
        return switch (config.configOperation()) {
            case SET -> given(config);
            case DELETE -> null;
            case APPEND -> {
                var items = items(present, config);
                items.addAll(Arrays.asList(given(config).split(",")));
                yield String.join(",", items);
            }
            case SUBTRACT -> {
                var items = items(present, config);
                Arrays.asList(given(config).split(",")).forEach(items::remove);
                yield String.join(",", items);
            }
            default ->
                throw new BrokerException(
                        ErrorCode.INVALID_REQUEST,
                        "unknown operation " + config.configOperation() + " on " + config.name());
        };
    }

    private static String given(AlterableConfig config) {
        if (config.value() == null) {
            throw new BrokerException(ErrorCode.INVALID_REQUEST, "no value for " + config.name());
        }
        return config.value();
    }

    private static Set<String> items(Map<String, String> present, AlterableConfig config) {
        var setting = Arrays.stream(TopicSetting.values())
                .filter(found ->
                        config.name().equals(found.key()) || config.name().equals(found.brokerKey()))
                .filter(found -> found.type() == TopicSetting.Type.LIST)
                .findFirst()
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.INVALID_CONFIG, config.name() + " is not a list to add to or take from"));
        var list = present.getOrDefault(config.name(), setting.defaultValue()).strip();
        return list.isEmpty() ? new LinkedHashSet<>() : new LinkedHashSet<>(Arrays.asList(list.split(",")));
    }
}
