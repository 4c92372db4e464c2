package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/** A cluster of one. */
final class NoOtherBrokers implements OtherBrokers {
    @Override
    public Collection<Endpoint> all() {
        return List.of();
    }

    @Override
    public Optional<Endpoint> leading(TopicPartition partition) {
        return Optional.empty();
    }

    @Override
    public CompletionStage<List<ShareStanding>> standing(
            Endpoint broker, String group, @Nullable Collection<TopicPartition> partitions) {
        throw nobody();
    }

    @Override
    public CompletionStage<Void> restart(Endpoint broker, String group, TopicPartition partition, long offset) {
        throw nobody();
    }

    @Override
    public CompletionStage<Void> forget(Endpoint broker, String group, String topic) {
        throw nobody();
    }

    @Override
    public CompletionStage<Void> forget(Endpoint broker, String group) {
        throw nobody();
    }

    private static AssertionError nobody() {
        return new AssertionError("there is nobody to ask");
    }
}
