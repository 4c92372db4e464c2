package org.isthmus.interop;

import java.util.Map;

/** Kafka's command-line tools by the names of their scripts. */
final class Tool {
    private static final Map<String, String> MAIN_CLASSES = Map.ofEntries(
            Map.entry("topics", "org.apache.kafka.tools.TopicCommand"),
            Map.entry("configs", "kafka.admin.ConfigCommand"),
            Map.entry("console-producer", "org.apache.kafka.tools.ConsoleProducer"),
            Map.entry("console-consumer", "org.apache.kafka.tools.consumer.ConsoleConsumer"),
            Map.entry("console-share-consumer", "org.apache.kafka.tools.consumer.ConsoleShareConsumer"),
            Map.entry("consumer-groups", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"),
            Map.entry("share-groups", "org.apache.kafka.tools.consumer.group.ShareGroupCommand"),
            Map.entry("groups", "org.apache.kafka.tools.GroupsCommand"),
            Map.entry("transactions", "org.apache.kafka.tools.TransactionsCommand"),
            Map.entry("get-offsets", "org.apache.kafka.tools.GetOffsetShell"),
            Map.entry("delete-records", "org.apache.kafka.tools.DeleteRecordsCommand"),
            Map.entry("log-dirs", "org.apache.kafka.tools.LogDirsCommand"),
            Map.entry("features", "org.apache.kafka.tools.FeatureCommand"),
            Map.entry("cluster", "org.apache.kafka.tools.ClusterTool"),
            Map.entry("broker-api-versions", "org.apache.kafka.tools.BrokerApiVersionsCommand"),
            Map.entry("leader-election", "org.apache.kafka.tools.LeaderElectionCommand"),
            Map.entry("reassign-partitions", "org.apache.kafka.tools.reassign.ReassignPartitionsCommand"),
            Map.entry("verifiable-producer", "org.apache.kafka.tools.VerifiableProducer"),
            Map.entry("verifiable-consumer", "org.apache.kafka.tools.VerifiableConsumer"),
            Map.entry("verifiable-share-consumer", "org.apache.kafka.tools.VerifiableShareConsumer"),
            Map.entry("transactional-message-copier", "org.apache.kafka.tools.TransactionalMessageCopier"),
            Map.entry("end-to-end-latency", "org.apache.kafka.tools.EndToEndLatency"),
            Map.entry("producer-perf-test", "org.apache.kafka.tools.ProducerPerformance"),
            Map.entry("consumer-perf-test", "org.apache.kafka.tools.ConsumerPerformance"),
            Map.entry("share-consumer-perf-test", "org.apache.kafka.tools.ShareConsumerPerformance"));

    private Tool() {}

    static String mainClass(String name) {
        var found = MAIN_CLASSES.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no tool is called " + name);
        }
        return found;
    }
}
