package org.isthmus.broker.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every metadata store promises, wherever it keeps what it is told. */
public abstract class MetadataStoreContract {
    private MetadataStore store;

    /** Opens the store of this test's cluster; again after a close, what was there is there. */
    protected abstract MetadataStore open() throws Exception;

    @BeforeEach
    void openFirst() throws Exception {
        store = open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void changeIsThereAfterTheStoreIsOpenedAgain() throws Exception {
        var topic = topic("orders", Map.of("retention.ms", "1 000=%\n", "cleanup.policy", "compact,delete"));
        change(new ClusterDelta.TopicCreated(topic), new ClusterDelta.ProducerIdsTaken(1000));
        var clusterId = store.image().clusterId();

        store.close();
        store = open();

        assertThat(store.image().topic("orders")).contains(topic);
        assertThat(store.image().topic(topic.id())).contains(topic);
        assertThat(store.image().clusterId()).isEqualTo(clusterId);
        assertThat(store.image().nextProducerId()).isEqualTo(1000);
    }

    @Test
    void deletedTopicStaysDeleted() throws Exception {
        change(new ClusterDelta.TopicCreated(topic("gone", Map.of())));
        change(new ClusterDelta.TopicDeleted("gone"));

        store.close();
        store = open();

        assertThat(store.image().topics()).isEmpty();
        assertThat(store.image().topicNames()).isEmpty();
    }

    @Test
    void refusedChangeFailsItsStageAndNothingElse() {
        var refusal = new BrokerException(ErrorCode.TOPIC_ALREADY_EXISTS, "there is one");
        var before = store.image().version();

        var stage = store.change(image -> {
            throw refusal;
        });

        assertThatThrownBy(() -> stage.toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasCause(refusal);
        assertThat(store.image().version()).isEqualTo(before);
        change(new ClusterDelta.TopicCreated(topic("next", Map.of())));
        assertThat(store.image().topic("next")).isPresent();
    }

    @Test
    void changesAtTheSameTimeAllCount() {
        var stages = IntStream.range(0, 100)
                .mapToObj(ignored -> store.change(
                                image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 10)))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);

        CompletableFuture.allOf(stages).join();

        assertThat(store.image().nextProducerId()).isEqualTo(1000);
    }

    @Test
    void followersSeeThePresentImageAndEachNewerOneInOrder() {
        var seen = new CopyOnWriteArrayList<Long>();
        store.follow(image -> seen.add(image.version()));
        for (var i = 0; i < 5; i++) {
            change(new ClusterDelta.ProducerIdsTaken(i + 1L));
        }

        assertThat(seen)
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(store.image().version());
    }

    @Test
    void changeOfOnePartitionRaisesItsEpochAndLeavesTheOthers() throws Exception {
        change(new ClusterDelta.TopicCreated(topic("orders", Map.of())));
        var id = new TopicPartition("orders", 1);
        var before = store.image().partition(id).orElseThrow();

        change(new ClusterDelta.PartitionChanged(id, before.led(BrokerId.NONE)));
        change(new ClusterDelta.PartitionChanged(id, before.led(new BrokerId(7))));
        store.close();
        store = open();

        var after = store.image().partition(id).orElseThrow();
        assertThat(after.leader()).isEqualTo(new BrokerId(7));
        assertThat(after.leaderEpoch()).isEqualTo(new Epoch(4));
        assertThat(after.partitionEpoch()).isEqualTo(2);
        assertThat(store.image().partition(new TopicPartition("orders", 0))).contains(before);
    }

    @Test
    void changedTopicGetsMorePartitionsAndKeepsThoseThatItHas() {
        var created = topic("orders", Map.of());
        change(new ClusterDelta.TopicCreated(created));
        var id = new TopicPartition("orders", 0);
        change(new ClusterDelta.PartitionChanged(id, created.partitions().get(0).led(new BrokerId(7))));
        var partitions = new ArrayList<>(created.partitions());
        partitions.add(created.partitions().get(0));

        change(new ClusterDelta.TopicChanged(
                new TopicImage("orders", created.id(), Map.of("retention.ms", "1"), partitions)));

        var after = store.image().topic("orders").orElseThrow();
        assertThat(after.configs()).containsEntry("retention.ms", "1");
        assertThat(after.partitions()).hasSize(3);
        assertThat(after.partitions().get(0).leader()).isEqualTo(new BrokerId(7));
        assertThat(after.partitions().get(2)).isEqualTo(created.partitions().get(0));
    }

    @Test
    void whatAnEarlierControllerDecidesChangesNothing() {
        change(new ClusterDelta.ControllerElected(new BrokerId(0)));
        var reign = store.image().controllerEpoch();
        change(new ClusterDelta.UnderController(reign), new ClusterDelta.ProducerIdsTaken(1));
        change(new ClusterDelta.ControllerElected(new BrokerId(0)));

        assertThatThrownBy(() -> change(new ClusterDelta.UnderController(reign), new ClusterDelta.ProducerIdsTaken(2)))
                .hasCauseInstanceOf(BrokerException.class)
                .cause()
                .extracting(failure -> ((BrokerException) failure).code())
                .isEqualTo(ErrorCode.STALE_CONTROLLER_EPOCH);
        assertThat(store.image().nextProducerId()).isEqualTo(1);
    }

    @Test
    void brokerThatRegistersIsThereUntilItIsGone() throws Exception {
        change(new ClusterDelta.BrokerRegistered(new BrokerImage(new BrokerId(0), "host", 1, 0, "rack")));
        change(new ClusterDelta.BrokerRegistered(new BrokerImage(new BrokerId(0), "host", 2, 0, "rack")));
        assertThat(store.image().brokers().get(new BrokerId(0)).port()).isEqualTo(2);
        assertThat(store.image().brokers().get(new BrokerId(0)).rack()).isEqualTo("rack");
        assertThat(store.session()).isEqualTo(SessionState.HELD);

        change(new ClusterDelta.BrokerGone(new BrokerId(0)));

        assertThat(store.image().brokers()).isEmpty();
    }

    @Test
    void settingsOfGroupsAreKept() throws Exception {
        change(new ClusterDelta.GroupConfigured("a group/%", Map.of("share.auto.offset.reset", "earliest")));
        change(new ClusterDelta.GroupConfigured("another", Map.of("share.auto.offset.reset", "latest")));
        change(new ClusterDelta.GroupConfigured("another", Map.of()));

        store.close();
        store = open();

        assertThat(store.image().groupConfigs())
                .containsOnly(Map.entry("a group/%", Map.of("share.auto.offset.reset", "earliest")));
    }

    @Test
    void settingsOfBrokersAreKept() throws Exception {
        change(new ClusterDelta.BrokerConfigured("7", Map.of("log.retention.ms", "1000")));
        change(new ClusterDelta.BrokerConfigured(BrokerConfigs.ALL, Map.of("log.cleanup.policy", "compact,delete")));
        change(new ClusterDelta.BrokerConfigured("8", Map.of("log.retention.ms", "1000")));
        change(new ClusterDelta.BrokerConfigured("8", Map.of()));

        store.close();
        store = open();

        assertThat(store.image().brokerConfigs())
                .containsOnly(
                        Map.entry("7", Map.of("log.retention.ms", "1000")),
                        Map.entry(BrokerConfigs.ALL, Map.of("log.cleanup.policy", "compact,delete")));
    }

    private void change(ClusterDelta... deltas) {
        store.change(image -> new ArrayList<>(List.of(deltas)))
                .toCompletableFuture()
                .join();
    }

    private static TopicImage topic(String name, Map<String, String> configs) {
        var partition =
                new PartitionImage(new BrokerId(0), new Epoch(3), List.of(new BrokerId(0)), List.of(new BrokerId(0)));
        return new TopicImage(name, UUID.randomUUID(), configs, List.of(partition, partition));
    }
}
