package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.coordinator.InternalTopics;

/** Transactions over several partitions, and readers of what is committed: each is all or nothing, none hangs, and what is prepared waits. */
final class Transacting implements Workload {
    private final ClusterWorld world;
    private final NewTopicRequest topic;
    private final NewTopicRequest later;
    private final NewTopicRequest state;
    private final Ledger ledger;
    private final List<TransactionalProducer> producers = new ArrayList<>();
    private final List<CommittedReader> readers = new ArrayList<>();
    private TransactionManager manager;

    Transacting(ClusterWorld world) {
        this.world = world;
        this.ledger = new Ledger(world.history());
        this.topic = world.newTopic("x", 2 + world.random().nextInt(2), Map.of());
        this.later = world.newTopic("l", 1, Map.of());
        this.state = world.newStateTopic(
                InternalTopics.TRANSACTION_STATE, 1 + world.random().nextInt(2));
    }

    @Override
    public List<NewTopicRequest> topics() {
        return List.of(topic, later, state);
    }

    @Override
    public boolean isCoordinated() {
        return true;
    }

    @Override
    public void begin() {
        begin(List.of());
    }

    /** @param sources from which as many of the producers move records */
    void begin(List<ShareMember> sources) {
        var partitions = Workload.partitions(topic);
        manager = new TransactionManager(world, ledger, Workload.partitions(state));
        for (var number = 0; number < 4; number++) {
            producers.add(new TransactionalProducer(
                    world,
                    ledger,
                    number,
                    partitions,
                    arrivals(),
                    number < sources.size() ? sources.get(number) : null,
                    manager,
                    state.partitions()));
        }
        partitions.forEach(partition -> readers.add(new CommittedReader(world, ledger, partition)));
        producers.forEach(TransactionalProducer::start);
        readers.forEach(CommittedReader::tryAgain);
        manager.start();
    }

    /** Where records come that transactions send for later. */
    private TopicPartition arrivals() {
        return Workload.partitions(later).get(0);
    }

    @Override
    public void end() {
        producers.forEach(TransactionalProducer::end);
    }

    @Override
    public boolean isDone() {
        return producers.stream().allMatch(TransactionalProducer::isDone)
                && manager.isIdle()
                && ledger.missing(world.records(arrivals())).isEmpty()
                && readers.stream().allMatch(CommittedReader::isAtEnd);
    }

    @Override
    public void check() {
        var visible = new TreeMap<TopicPartition, List<String>>(TopicPartition.BY_NAME);
        for (var partition : Workload.partitions(topic)) {
            visible.put(
                    partition,
                    Ledger.visible(partition, world.leaderView(partition).orElseThrow()));
        }
        ledger.check(visible);
        ledger.checkArrived(world.records(arrivals()));
        for (var reader : readers) {
            assertThat(reader.read()).as("read of %s", reader.partition()).isEqualTo(visible.get(reader.partition()));
        }
    }

    @Override
    public int achieved() {
        return ledger.committed();
    }

    /** What is left to do. */
    @Override
    public String toString() {
        var left = new ArrayList<String>();
        producers.stream().filter(producer -> !producer.isDone()).forEach(producer -> left.add(producer.toString()));
        readers.stream()
                .filter(reader -> !reader.isAtEnd())
                .forEach(reader -> left.add(reader + " of " + world.leaderView(reader.partition())));
        return left + " " + manager + ", missing " + ledger.missing(world.records(arrivals()));
    }
}
