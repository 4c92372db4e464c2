package org.isthmus.broker.protocol.handler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.jspecify.annotations.Nullable;

/** Changes the settings of one resource; what both ways to ask for it come down to. */
record ConfigChange(MetadataStore metadata, Placement placement) {
    /**
     * Changes what the decision says, made of the resource's own settings as they are: values by setting, null takes a setting away. Only
     * topics and groups have settings that change while a broker runs.
     */
    CompletionStage<ClusterImage> alter(
            byte type,
            String name,
            boolean validateOnly,
            Function<Map<String, String>, Map<String, @Nullable String>> changes) {
        return metadata.change(image -> {
            if (type == ConfigResources.BROKER) {
                throw new BrokerException(
                        ErrorCode.INVALID_REQUEST, "a broker's settings are those it was started with; broker " + name);
            }
            if (type == ConfigResources.GROUP) {
                var before = image.groupConfigs().getOrDefault(name, Map.of());
                var group = new ClusterDelta.GroupConfigured(name, groupConfigs(before, changes.apply(before)));
                return validateOnly ? List.of() : List.of(group);
            }
            if (type != ConfigResources.TOPIC) {
                throw ConfigResources.unknown(type);
            }
            var topic = image.topic(name)
                    .orElseThrow(() -> new BrokerException(
                            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'"));
            var delta = placement.alterConfigs(image, name, changes.apply(topic.configs()));
            return validateOnly ? List.of() : List.of(delta);
        });
    }

    private static Map<String, String> groupConfigs(Map<String, String> before, Map<String, @Nullable String> changes) {
        var after = new HashMap<>(before);
        changes.forEach((name, value) -> {
            var setting = GroupSetting.named(name)
                    .orElseThrow(() ->
                            new BrokerException(ErrorCode.INVALID_CONFIG, "a group has no setting '" + name + "'"));
            if (value == null) {
                after.remove(name);
            } else if (setting.accepts(value)) {
                after.put(name, value);
            } else {
                throw new BrokerException(ErrorCode.INVALID_CONFIG, name + " cannot be '" + value + "'");
            }
        });
        return after;
    }
}
