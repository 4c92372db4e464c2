package org.isthmus.broker.protocol.handler;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicSetting;

/** Tells the settings of topics and of this broker, each with where its value comes from. */
public final class DescribeConfigsHandler
        implements ApiHandler<DescribeConfigsRequestData, DescribeConfigsResponseData> {
    /** Kafka's numbers for settings of a group's own and for defaults. */
    private static final byte GROUP_SOURCE = 8;

    private static final byte DEFAULT_SOURCE = 5;

    private final MetadataStore metadata;
    private final ClusterIdentity identity;
    private final Map<String, String> topicDefaults;
    private final Map<String, String> brokerSettings;

    /**
     * @param topicDefaults what this broker was told for topics that say nothing themselves, by Kafka's broker names
     * @param brokerSettings every setting that it tells of itself
     */
    public DescribeConfigsHandler(
            MetadataStore metadata,
            ClusterIdentity identity,
            Map<String, String> topicDefaults,
            Map<String, String> brokerSettings) {
        this.topicDefaults = Map.copyOf(topicDefaults);
        this.metadata = metadata;
        this.identity = identity;
        this.brokerSettings = new TreeMap<>(brokerSettings);
    }

    @Override
    public short apiKey() {
        return 32;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<DescribeConfigsResponseData> handle(
            RequestContext context, DescribeConfigsRequestData request) {
        var response = new DescribeConfigsResponseData();
        for (var resource : request.resources()) {
            response.results().add(describe(resource, request.includeSynonyms()));
        }
        return CompletableFuture.completedFuture(response);
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource, boolean withSynonyms) {
        var result = new DescribeConfigsResult()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName());
        try {
            var wanted = resource.configurationKeys();
            return result.setConfigs(configs(resource, withSynonyms).stream()
                    .filter(config -> wanted == null || wanted.contains(config.name()))
                    .toList());
        } catch (BrokerException e) {
            return result.setErrorCode(e.code().code()).setErrorMessage(e.getMessage());
        }
    }

    private List<DescribeConfigsResourceResult> configs(DescribeConfigsResource resource, boolean withSynonyms) {
        if (resource.resourceType() == ConfigResources.TOPIC) {
            var topic = metadata.image()
                    .topic(resource.resourceName())
                    .orElseThrow(() -> new BrokerException(
                            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                            "there is no topic '" + resource.resourceName() + "'"));
            return TopicConfigs.describe(topic.configs(), topicDefaults).stream()
                    .map(one -> describe(one, withSynonyms))
                    .toList();
        }
        if (resource.resourceType() == ConfigResources.BROKER) {
            if (!resource.resourceName().equals(identity.self().toString())) {
                throw new BrokerException(
                        ErrorCode.INVALID_REQUEST,
                        "broker " + identity.self() + " was asked about broker " + resource.resourceName());
            }
            return brokerSettings.entrySet().stream()
                    .map(setting -> new DescribeConfigsResourceResult()
                            .setName(setting.getKey())
                            .setValue(setting.getValue())
                            .setReadOnly(true)
                            .setConfigSource(TopicConfigs.Source.BROKER.id())
                            .setConfigType(TopicSetting.Type.STRING.id()))
                    .toList();
        }
        if (resource.resourceType() == ConfigResources.GROUP) {
            var own = metadata.image().groupConfigs().getOrDefault(resource.resourceName(), Map.of());
            return Arrays.stream(GroupSetting.values())
                    .map(setting -> new DescribeConfigsResourceResult()
                            .setName(setting.key())
                            .setValue(setting.in(own))
                            .setConfigSource(own.containsKey(setting.key()) ? GROUP_SOURCE : DEFAULT_SOURCE)
                            .setConfigType(setting.type().id()))
                    .toList();
        }
        throw ConfigResources.unknown(resource.resourceType());
    }

    private static DescribeConfigsResourceResult describe(TopicConfigs.Described one, boolean withSynonyms) {
        var result = new DescribeConfigsResourceResult()
                .setName(one.name())
                .setValue(one.value())
                .setConfigSource(one.source().id())
                .setConfigType(one.setting().type().id());
        if (withSynonyms) {
            var name = one.source() == TopicConfigs.Source.TOPIC
                    ? one.name()
                    : one.setting().brokerKey();
            result.synonyms()
                    .add(new DescribeConfigsSynonym()
                            .setName(name)
                            .setValue(one.value())
                            .setSource(one.source().id()));
        }
        return result;
    }
}
