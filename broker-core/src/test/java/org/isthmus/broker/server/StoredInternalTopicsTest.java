package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.LocalMetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.runtime.ThreadLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the topics of coordinators are made, in clusters of different sizes. */
class StoredInternalTopicsTest {
    private final ThreadLoop loop = EventLoop.start("metadata-test");
    private LocalMetadataStore metadata;

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        metadata = LocalMetadataStore.open(
                directory.resolve("metadata"), new BrokerId(0), FileStore.local(), IdSource.random(), loop);
    }

    @AfterEach
    void close() {
        metadata.close();
        loop.close();
    }

    @Test
    void transactionsAskForTwoOfThreeReplicasAndOfFewerForNoneThatMayBeAway() {
        assertThat(made(3, Map.of()).configs()).containsEntry("min.insync.replicas", "2");
        assertThat(made(2, Map.of()).configs()).containsEntry("min.insync.replicas", "1");
        assertThat(made(1, Map.of()).configs()).containsEntry("min.insync.replicas", "1");
    }

    @Test
    void transactionsAskForWhatIsSaidAsFarAsThereAreReplicas() {
        var settings = Map.of("transaction.state.log.min.isr", "3");

        assertThat(made(3, settings).configs()).containsEntry("min.insync.replicas", "3");
        assertThat(made(2, settings).configs()).containsEntry("min.insync.replicas", "2");
    }

    @Test
    void brokerThatIsAloneNeedsNoReplicas() {
        var kinds = StoredInternalTopics.Kind.of(BrokerSettings.of(Map.of()));

        assertThat(kinds.values())
                .extracting(StoredInternalTopics.Kind::replicas)
                .containsOnly(1);
    }

    /** The topic of transactions, made anew by a cluster of so many brokers. */
    private TopicImage made(int brokers, Map<String, String> more) {
        var name = InternalTopics.TRANSACTION_STATE;
        metadata.change(image -> {
                    var deltas = new ArrayList<ClusterDelta>();
                    if (image.topic(name).isPresent()) {
                        deltas.add(new ClusterDelta.TopicDeleted(name));
                    }
                    image.brokers().keySet().forEach(id -> deltas.add(new ClusterDelta.BrokerGone(id)));
                    IntStream.range(0, brokers)
                            .mapToObj(id -> new BrokerImage(new BrokerId(id), "host", 9092))
                            .forEach(broker -> deltas.add(new ClusterDelta.BrokerRegistered(broker)));
                    return List.copyOf(deltas);
                })
                .toCompletableFuture()
                .join();
        var given = new HashMap<>(more);
        given.putAll(Map.of("zookeeper.connect", "localhost:2181", "node.id", "0"));
        var settings = BrokerSettings.of(given);
        return new StoredInternalTopics(
                        metadata, settings.placement(), IdSource.random(), StoredInternalTopics.Kind.of(settings))
                .ensure(name)
                .toCompletableFuture()
                .join();
    }
}
