package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import java.util.ArrayList;
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
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicSetting;
import org.jspecify.annotations.Nullable;

/** Tells the settings of topics, of groups and of this broker, each with where its value comes from and, where asked, what it is. */
public final class DescribeConfigsHandler
        implements ApiHandler<DescribeConfigsRequestData, DescribeConfigsResponseData> {
    /** Kafka's number for settings of a group's own. */
    private static final byte GROUP_SOURCE = 8;

    private final MetadataStore metadata;
    private final ClusterIdentity identity;
    private final Map<String, String> topicDefaults;
    private final Map<String, String> brokerSettings;
    private final ConsumerGroupConfig groups;

    /**
     * @param topicDefaults what this broker was told for topics that say nothing themselves, by Kafka's broker names
     * @param brokerSettings every setting that it tells of itself
     * @param groups how groups are kept that say nothing themselves
     */
    public DescribeConfigsHandler(
            MetadataStore metadata,
            ClusterIdentity identity,
            Map<String, String> topicDefaults,
            Map<String, String> brokerSettings,
            ConsumerGroupConfig groups) {
        this.groups = groups;
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
            response.results().add(describe(resource, request.includeSynonyms(), request.includeDocumentation()));
        }
        return CompletableFuture.completedFuture(response);
    }

    private DescribeConfigsResult describe(
            DescribeConfigsResource resource, boolean withSynonyms, boolean withDocumentation) {
        var result = new DescribeConfigsResult()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName());
        try {
            var wanted = resource.configurationKeys();
            var configs = configs(resource).stream()
                    .filter(config -> wanted == null || wanted.contains(config.name()))
                    .toList();
            for (var config : configs) {
                if (!withSynonyms) {
                    config.setSynonyms(List.of());
                }
                if (withDocumentation) {
                    config.setDocumentation(SettingTexts.of(config.name()));
                }
            }
            return result.setConfigs(configs);
        } catch (BrokerException e) {
            return result.setErrorCode(e.code().code()).setErrorMessage(e.getMessage());
        }
    }

    private List<DescribeConfigsResourceResult> configs(DescribeConfigsResource resource) {
        if (resource.resourceType() == ConfigResources.TOPIC) {
            var topic = metadata.image()
                    .topic(resource.resourceName())
                    .orElseThrow(() -> new BrokerException(
                            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                            "there is no topic '" + resource.resourceName() + "'"));
            return Arrays.stream(TopicSetting.values())
                    .map(setting -> describe(setting, topic.configs()))
                    .toList();
        }
        if (resource.resourceType() == ConfigResources.BROKER) {
            if (resource.resourceName().isEmpty()) {
                // The defaults that were set for every broker: none, since settings of brokers are given when they
                // start.
                return List.of();
            }
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
                    .map(setting -> describe(setting, own))
                    .toList();
        }
        throw ConfigResources.unknown(resource.resourceType());
    }

    private DescribeConfigsResourceResult describe(TopicSetting setting, Map<String, String> own) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        add(synonyms, setting.key(), own.get(setting.key()), TopicConfigs.Source.TOPIC.id());
        if (setting.hasBrokerKey()) {
            add(synonyms, setting.brokerKey(), topicDefaults.get(setting.brokerKey()), TopicConfigs.Source.BROKER.id());
            add(synonyms, setting.brokerKey(), setting.defaultValue(), TopicConfigs.Source.DEFAULT.id());
        } else if (synonyms.isEmpty()) {
            return described(setting.key(), setting.type(), setting.defaultValue(), TopicConfigs.Source.DEFAULT.id());
        }
        return inForce(setting.key(), setting.type(), synonyms);
    }

    private DescribeConfigsResourceResult describe(GroupSetting setting, Map<String, String> own) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        var value = own.containsKey(setting.key()) ? setting.in(own) : null;
        add(synonyms, setting.key(), value, GROUP_SOURCE);
        var usual = groups.usual(setting).map(Duration::toMillis).map(Object::toString);
        add(synonyms, setting.brokerKey(), usual.orElse(setting.defaultValue()), usual(setting, usual.orElse("")));
        return inForce(setting.key(), setting.type(), synonyms);
    }

    /** Where a value comes from that a group does not say itself. */
    private static byte usual(GroupSetting setting, String usual) {
        var isDefault = usual.isEmpty() || usual.equals(setting.defaultValue());
        return (isDefault ? TopicConfigs.Source.DEFAULT : TopicConfigs.Source.BROKER).id();
    }

    private static void add(List<DescribeConfigsSynonym> synonyms, String name, @Nullable String value, byte source) {
        if (value != null) {
            synonyms.add(new DescribeConfigsSynonym()
                    .setName(name)
                    .setValue(value.strip())
                    .setSource(source));
        }
    }

    /** The first of them is the one in force. */
    private static DescribeConfigsResourceResult inForce(
            String name, TopicSetting.Type type, List<DescribeConfigsSynonym> synonyms) {
        var first = synonyms.get(0);
        return described(name, type, first.value(), first.source()).setSynonyms(synonyms);
    }

    private static DescribeConfigsResourceResult described(
            String name, TopicSetting.Type type, String value, byte source) {
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(value)
                .setConfigSource(source)
                .setConfigType(type.id());
    }
}
