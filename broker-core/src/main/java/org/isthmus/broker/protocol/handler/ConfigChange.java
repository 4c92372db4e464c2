package org.isthmus.broker.protocol.handler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerSetting;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.jspecify.annotations.Nullable;

/**
 * Changes the settings of resources; what both ways to ask for it come down to.
 *
 * @param groups what groups may set
 */
record ConfigChange(MetadataStore metadata, Placement placement, ConsumerGroupConfig groups) {
    private static final Pattern BROKER_ID = Pattern.compile("\\d{1,9}");

    /** One resource whose settings are to change, and where its outcome goes. */
    record Wish(
            byte type,
            String name,
            Function<Map<String, String>, Map<String, @Nullable String>> changes,
            Consumer<Refusal> onRefused) {}

    /** Changes each by itself. The stage completes once every one is changed or was told why not. */
    CompletionStage<Void> alterAll(List<Wish> wishes, boolean validateOnly) {
        return CompletableFuture.allOf(wishes.stream()
                .map(wish -> alter(wish.type(), wish.name(), validateOnly, wish.changes())
                        .handle((image, failure) -> {
                            if (failure != null) {
                                wish.onRefused().accept(Refusal.of(failure));
                            }
                            return image;
                        })
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Changes what the decision says, made of the resource's own settings as they are: values by setting, null takes a setting away.
     */
    private CompletionStage<ClusterImage> alter(
            byte type,
            String name,
            boolean validateOnly,
            Function<Map<String, String>, Map<String, @Nullable String>> changes) {
        return metadata.change(image -> {
            if (name.isEmpty() && (type == ConfigResources.TOPIC || type == ConfigResources.GROUP)) {
                throw new BrokerException(
                        ErrorCode.INVALID_REQUEST, "what holds for all topics or groups is set for brokers");
            }
            if (type == ConfigResources.BROKER) {
                var before = image.brokerConfigs().getOrDefault(brokerName(name), Map.of());
                var broker = new ClusterDelta.BrokerConfigured(name, brokerConfigs(before, changes.apply(before)));
                return validateOnly ? List.of() : List.of(broker);
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

    private static String brokerName(String name) {
        if (!name.equals(BrokerConfigs.ALL) && !BROKER_ID.matcher(name).matches()) {
            throw new BrokerException(ErrorCode.INVALID_REQUEST, "a broker's id is a number, not '" + name + "'");
        }
        return name;
    }

    private static Map<String, String> brokerConfigs(
            Map<String, String> before, Map<String, @Nullable String> changes) {
        var after = new HashMap<>(before);
        changes.forEach((name, value) -> {
            if (value == null) {
                // Whatever it is called, as in Apache Kafka: tools take away all that they could have set.
                after.remove(name);
                return;
            }
            var setting = BrokerSetting.named(name)
                    .orElseThrow(() -> new BrokerException(
                            ErrorCode.INVALID_REQUEST,
                            "'" + name + "' is no setting that changes while a broker runs"));
            if (setting.accepts(value)) {
                after.put(name, value);
            } else {
                // Apache Kafka's answer, though for other resources it is INVALID_CONFIG.
                throw new BrokerException(ErrorCode.INVALID_REQUEST, name + " cannot be '" + value + "'");
            }
        });
        return after;
    }

    private Map<String, String> groupConfigs(Map<String, String> before, Map<String, @Nullable String> changes) {
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
        groups.objection(after).ifPresent(objection -> {
            throw new BrokerException(ErrorCode.INVALID_CONFIG, objection);
        });
        return after;
    }
}
