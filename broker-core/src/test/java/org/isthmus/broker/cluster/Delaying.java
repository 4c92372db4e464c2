package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Records that wait for their time while their leaders come and go: whichever was told to be taken in comes once, none comes twice, or before
 * its time by the clock that is furthest ahead, and none that was refused comes at all.
 */
final class Delaying implements Workload {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final List<DelayedSender> senders = new ArrayList<>();
    private final List<Clients.Producer> producers = new ArrayList<>();
    private final List<Clients.Reader> readers = new ArrayList<>();
    private final Map<Clients.Reader, Integer> lookedAt = new HashMap<>();

    Delaying(ClusterWorld world) {
        this.world = world;
        this.topic = world.newTopic("d", 1 + world.random().nextInt(2), Map.of());
    }

    @Override
    public List<NewTopicRequest> topics() {
        return List.of(topic);
    }

    @Override
    public boolean isCoordinated() {
        return true;
    }

    @Override
    public void begin() {
        for (var partition : Workload.partitions(topic)) {
            var number = 2 * partition.partition();
            senders.add(new DelayedSender(world, partition, number));
            senders.add(new DelayedSender(world, partition, number + 1));
            producers.add(new Clients.Producer(world, partition, 90 + number, Durability.COMMITTED));
            readers.add(new Clients.Reader(world, partition, 90 + number));
        }
        senders.forEach(DelayedSender::tryAgain);
        producers.forEach(Clients.Producer::writeOn);
        readers.forEach(Clients.Reader::tryAgain);
        lookOn(world.newClientLoop());
    }

    private void lookOn(EventLoop loop) {
        checkNothingIsEarly();
        loop.schedule(LOOK, () -> lookOn(loop));
    }

    private void checkNothingIsEarly() {
        var latest = world.wallMs() + world.mostAheadMs();
        for (var reader : readers) {
            var read = reader.read();
            read.subList(lookedAt.getOrDefault(reader, 0), read.size()).stream()
                    .filter(Delaying::isDelayed)
                    .forEach(record -> assertThat(DelayedSender.timeOf(record))
                            .as("the time of %s, which is there at the latest at", record)
                            .isLessThanOrEqualTo(latest));
            lookedAt.put(reader, read.size());
        }
    }

    private static boolean isDelayed(String record) {
        return record.indexOf(':') > 0;
    }

    @Override
    public void end() {
        senders.forEach(DelayedSender::end);
        producers.forEach(Clients.Producer::end);
    }

    @Override
    public boolean isDone() {
        return senders.stream().allMatch(DelayedSender::isDone)
                && producers.stream().allMatch(Clients.Producer::isIdle)
                && missing().isEmpty();
    }

    /** What senders were told will come, and is not there yet. */
    private List<String> missing() {
        var there = new HashSet<String>();
        readers.forEach(reader -> there.addAll(reader.read()));
        return senders.stream()
                .flatMap(sender -> sender.taken().stream())
                .filter(record -> !there.contains(record))
                .sorted()
                .toList();
    }

    @Override
    public void check() {
        for (var partition : Workload.partitions(topic)) {
            var there = world.records(partition).stream()
                    .filter(Delaying::isDelayed)
                    .toList();
            var mine = senders.stream()
                    .filter(sender -> sender.partition().equals(partition))
                    .toList();
            assertThat(there).as("delayed records in %s", partition).doesNotHaveDuplicates();
            for (var sender : mine) {
                assertThat(there).containsAll(sender.taken()).doesNotContainAnyElementsOf(sender.refusedRecords());
            }
            assertThat(mine.stream().flatMap(sender -> sender.sent().stream())).containsAll(there);
        }
    }

    @Override
    public int achieved() {
        return senders.stream().mapToInt(sender -> sender.taken().size()).sum();
    }

    /** What is left to do. */
    @Override
    public String toString() {
        return "missing " + missing() + " of " + senders;
    }
}
