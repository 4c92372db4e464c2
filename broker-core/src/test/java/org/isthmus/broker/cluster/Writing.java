package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.replica.Durability;

/** Producers that write one batch after another, and readers that follow them: each producer's records are there once and in order. */
final class Writing implements Workload {
    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final List<Clients.Producer> producers = new ArrayList<>();
    private final List<Clients.Reader> readers = new ArrayList<>();

    Writing(ClusterWorld world) {
        this.world = world;
        this.topic = world.newTopic("t", 1 + world.random().nextInt(3), Map.of());
    }

    @Override
    public List<NewTopicRequest> topics() {
        return List.of(topic);
    }

    @Override
    public boolean isCoordinated() {
        return false;
    }

    @Override
    public void begin() {
        for (var partition : Workload.partitions(topic)) {
            var number = 10 * (partition.partition() + 1);
            producers.add(new Clients.Producer(world, partition, number, Durability.COMMITTED));
            producers.add(new Clients.Producer(world, partition, number + 1, Durability.COMMITTED));
            producers.add(new Clients.Producer(world, partition, number + 2, Durability.WRITTEN));
            readers.add(new Clients.Reader(world, partition, number));
        }
        producers.forEach(Clients.Producer::writeOn);
        readers.forEach(Clients.Reader::tryAgain);
    }

    @Override
    public void end() {
        producers.forEach(Clients.Producer::end);
    }

    @Override
    public boolean isDone() {
        return producers.stream().allMatch(Clients.Producer::isIdle)
                && readers.stream().allMatch(this::hasReadAll);
    }

    private boolean hasReadAll(Clients.Reader reader) {
        var view = world.leaderView(reader.partition());
        return view.isPresent()
                && view.get().highWatermark() == view.get().endOffset()
                && reader.read().size() == view.get().endOffset();
    }

    @Override
    public void check() {
        producers.forEach(this::checkWritten);
        for (var reader : readers) {
            assertThat(reader.read()).isEqualTo(world.records(reader.partition()));
        }
    }

    /** All that it was told is there, once and in order; of one that waits for nothing what is there is in order. */
    private void checkWritten(Clients.Producer producer) {
        var written = world.records(producer.partition()).stream()
                .filter(record -> record.startsWith(producer.name()))
                .toList();
        if (producer.isIdempotent()) {
            assertThat(written).isEqualTo(producer.acknowledged());
        } else {
            assertThat(producer.acknowledged()).containsAll(written);
        }
    }

    @Override
    public int achieved() {
        return readers.stream().mapToInt(reader -> reader.read().size()).sum();
    }
}
