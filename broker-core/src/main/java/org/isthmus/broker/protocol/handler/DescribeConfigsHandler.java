package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.controller.TopicRules;
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerSetting;
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
    private final BrokerConfigs brokerConfigs;
    private final Map<String, String> brokerSettings;
    private final ConsumerGroupConfig groups;

    /**
     * @param brokerConfigs the settings of this broker that can change while it runs
     * @param brokerSettings every other setting that it tells of itself
     * @param groups how groups are kept that say nothing themselves
     */
    public DescribeConfigsHandler(
            MetadataStore metadata,
            ClusterIdentity identity,
            BrokerConfigs brokerConfigs,
            Map<String, String> brokerSettings,
            ConsumerGroupConfig groups) {
        this.groups = groups;
        this.brokerConfigs = brokerConfigs;
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
            TopicRules.checkName(resource.resourceName());
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
            return brokers(resource.resourceName());
        }
        if (resource.resourceType() == ConfigResources.GROUP) {
            if (resource.resourceName().isEmpty()) {
                throw new BrokerException(ErrorCode.INVALID_REQUEST, "a group has a name");
            }
            var own = metadata.image().groupConfigs().getOrDefault(resource.resourceName(), Map.of());
            return Arrays.stream(GroupSetting.values())
                    .map(setting -> describe(setting, own))
                    .toList();
        }
        throw ConfigResources.unknown(resource.resourceType());
    }

    private List<DescribeConfigsResourceResult> brokers(String name) {
        if (name.equals(BrokerConfigs.ALL)) {
            var common = BrokerConfigs.common(metadata.image());
            return BrokerSetting.all().stream()
                    .filter(setting -> common.containsKey(setting.key()))
                    .map(setting -> {
                        var synonyms = new ArrayList<DescribeConfigsSynonym>();
                        add(synonyms, setting.key(), common.get(setting.key()), TopicConfigs.Source.SET_ALL.id());
                        return inForce(setting.key(), setting.type(), synonyms);
                    })
                    .toList();
        }
        if (!name.equals(identity.self().toString())) {
            throw new BrokerException(
                    ErrorCode.INVALID_REQUEST, "broker " + identity.self() + " was asked about broker " + name);
        }
        var changeable = BrokerSetting.all().stream().flatMap(setting -> {
            var synonyms = new ArrayList<DescribeConfigsSynonym>();
            addBrokers(synonyms, setting);
            return synonyms.isEmpty() ? Stream.empty() : Stream.of(inForce(setting.key(), setting.type(), synonyms));
        });
        var fixed = brokerSettings.entrySet().stream().map(setting -> described(
                        setting.getKey(), TopicSetting.Type.STRING, setting.getValue(), TopicConfigs.Source.BROKER.id())
                .setReadOnly(true));
        return Stream.concat(fixed, changeable).toList();
    }

    private void addBrokers(List<DescribeConfigsSynonym> synonyms, BrokerSetting setting) {
        var image = metadata.image();
        var key = setting.key();
        add(synonyms, key, brokerConfigs.own(image).get(key), TopicConfigs.Source.SET_BROKER.id());
        add(synonyms, key, BrokerConfigs.common(image).get(key), TopicConfigs.Source.SET_ALL.id());
        add(synonyms, key, brokerConfigs.given().get(key), TopicConfigs.Source.BROKER.id());
        if (setting.hasDefault()) {
            add(synonyms, key, setting.defaultValue(), TopicConfigs.Source.DEFAULT.id());
        }
    }

    private DescribeConfigsResourceResult describe(TopicSetting setting, Map<String, String> own) {
        var synonyms = new ArrayList<DescribeConfigsSynonym>();
        add(synonyms, setting.key(), own.get(setting.key()), TopicConfigs.Source.TOPIC.id());
        BrokerSetting.named(setting.brokerKey()).ifPresent(broker -> addBrokers(synonyms, broker));
        if (synonyms.isEmpty()) {
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
