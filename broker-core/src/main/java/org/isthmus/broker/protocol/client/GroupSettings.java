package org.isthmus.broker.protocol.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.isthmus.broker.common.Deadline;

/** Reads and changes the settings of groups. Owned by the client's loop. */
final class GroupSettings {
    private static final byte GROUP = 32;
    private static final byte SOURCE_GROUP = 8;
    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private final Cluster cluster;

    GroupSettings(Cluster cluster) {
        this.cluster = cluster;
    }

    CompletionStage<Map<String, String>> find(String group, Deadline deadline) {
        var request = new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(GROUP)
                        .setResourceName(group)
                        .setConfigurationKeys(null)));
        return cluster.requestAny(Api.DESCRIBE_CONFIGS, request, deadline).thenApply(answer -> {
            var own = new HashMap<String, String>();
            for (var result : answer.results()) {
                Failures.check(result.errorCode(), "settings of group " + group, result.errorMessage());
                result.configs().stream()
                        .filter(config -> config.configSource() == SOURCE_GROUP && config.value() != null)
                        .forEach(config -> own.put(config.name(), config.value()));
            }
            return own;
        });
    }

    CompletionStage<Void> change(String group, Map<String, Optional<String>> changes, Deadline deadline) {
        var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(GROUP)
                .setResourceName(group);
        changes.forEach((name, value) -> resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(name)
                        .setConfigOperation(value.isPresent() ? SET : DELETE)
                        .setValue(value.orElse(null))));
        var request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return cluster.requestAny(Api.INCREMENTAL_ALTER_CONFIGS, request, deadline)
                .thenAccept(answer -> answer.responses()
                        .forEach(done -> Failures.check(
                                done.errorCode(), "changing settings of group " + group, done.errorMessage())));
    }
}
