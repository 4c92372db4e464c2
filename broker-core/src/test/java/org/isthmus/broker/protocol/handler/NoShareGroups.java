package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.MembershipConfig;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.share.ShareMembership;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;

/** The share groups of a broker that leads no partition and has heard of no member. */
final class NoShareGroups {
    /** Runs what it is given at once, on the thread of the test. */
    private static final class Inline implements EventLoop {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return () -> {};
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }

    private NoShareGroups() {}

    static ShareGroups on(MetadataStore metadata) {
        var shares = new ShareCoordinator(
                partition -> {
                    throw new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, partition + " is not led here");
                },
                metadata::image,
                Clock.system(),
                IdSource.random());
        return new ShareGroups(
                new ShareMembership(MembershipConfig.DEFAULT, metadata::image, new Inline()),
                shares,
                new ShareGroupConfigs(metadata, Clock.system()),
                new NoneUsed());
    }

    private static final class NoneUsed implements ShareGroups.Used {
        @Override
        public CompletionStage<Collection<TopicPartition>> all() {
            return CompletableFuture.completedStage(List.of());
        }

        @Override
        public CompletionStage<Collection<TopicPartition>> among(Collection<TopicPartition> partitions) {
            return all();
        }
    }
}
