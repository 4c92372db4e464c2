package org.isthmus.broker.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.EventLoop;

/** Somebody who throttles all replicas of the other workloads' topics, now less and now more, and takes that away in the end. */
final class Throttling implements Workload {
    private static final List<String> RATES =
            List.of("leader.replication.throttled.rate", "follower.replication.throttled.rate");
    private static final Map<String, String> ALL_REPLICAS =
            Map.of("leader.replication.throttled.replicas", "*", "follower.replication.throttled.replicas", "*");
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ClusterWorld world;
    private final EventLoop loop;
    private boolean ended;

    Throttling(ClusterWorld world) {
        this.world = world;
        this.loop = world.newClientLoop();
    }

    @Override
    public List<NewTopicRequest> topics() {
        return List.of();
    }

    @Override
    public boolean isCoordinated() {
        return false;
    }

    @Override
    public void begin() {
        loop.execute(this::goOn);
    }

    /** Again and again, since a change that was asked for may come late. */
    private void goOn() {
        if (!ended) {
            change();
        } else if (!isDone()) {
            change(Map.of());
        }
        loop.schedule(PAUSE, this::goOn);
    }

    private void change() {
        var rates = new HashMap<String, String>();
        for (var rate : RATES) {
            if (world.random().nextInt(4) > 0) {
                rates.put(rate, Integer.toString(1 << world.random().nextInt(16)));
            }
        }
        change(rates);
    }

    private void change(Map<String, String> rates) {
        var alive = List.copyOf(world.truth().brokers().keySet());
        if (alive.isEmpty()) {
            return;
        }
        var store =
                world.broker(alive.get(world.random().nextInt(alive.size()))).store();
        if (store != null) {
            store.change(image -> List.of(new ClusterDelta.BrokerConfigured(BrokerConfigs.ALL, rates)));
            store.change(image -> image.topics().values().stream()
                    .filter(topic -> !topic.configs().keySet().containsAll(ALL_REPLICAS.keySet()))
                    .<ClusterDelta>map(topic -> new ClusterDelta.TopicChanged(listed(topic)))
                    .toList());
            world.history().add("replicas that are not in sync are throttled by " + rates);
        }
    }

    private static TopicImage listed(TopicImage topic) {
        var configs = new HashMap<>(topic.configs());
        configs.putAll(ALL_REPLICAS);
        return new TopicImage(topic.name(), topic.id(), configs, topic.partitions());
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public boolean isDone() {
        return world.truth().brokerConfigs().isEmpty();
    }

    @Override
    public void check() {}

    @Override
    public int achieved() {
        return 0;
    }
}
