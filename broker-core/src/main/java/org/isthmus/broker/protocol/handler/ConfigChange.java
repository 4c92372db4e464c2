package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/** Changes the settings of one resource; what both ways to ask for it come down to. */
record ConfigChange(MetadataStore metadata, Placement placement) {
    /**
     * Changes what the decision says, made of the topic as it is: values by setting, null takes a setting away. Only topics have settings
     * that change while a broker runs.
     */
    CompletionStage<ClusterImage> alter(
            byte type, String name, boolean validateOnly, Function<TopicImage, Map<String, @Nullable String>> changes) {
        return metadata.change(image -> {
            if (type == ConfigResources.BROKER) {
                throw new BrokerException(
                        ErrorCode.INVALID_REQUEST, "a broker's settings are those it was started with; broker " + name);
            }
            if (type != ConfigResources.TOPIC) {
                throw ConfigResources.unknown(type);
            }
            var topic = image.topic(name)
                    .orElseThrow(() -> new BrokerException(
                            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'"));
            var delta = placement.alterConfigs(image, name, changes.apply(topic));
            return validateOnly ? List.of() : List.of(delta);
        });
    }
}
