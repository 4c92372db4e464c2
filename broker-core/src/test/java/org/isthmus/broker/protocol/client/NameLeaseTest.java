package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that clients hold at a real broker. */
class NameLeaseTest {
    @TempDir
    Path data;

    private static BrokerClient connect(Endpoint broker) {
        return BrokerClients.connect(List.of(broker), ClientConfig.defaults("test"));
    }

    private static CompletionStage<NameLease> take(BrokerClient client, String terms, boolean shared) {
        return client.lease("name", terms, shared, lost -> {});
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void nameIsFreeAgainWhenItsHolderGivesItUpOrIsClosed() throws Exception {
        try (var broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(), Map.of()));
                var other = connect(broker.endpoint())) {
            var one = connect(broker.endpoint());
            var lease = get(take(one, "", false));
            assertThatThrownBy(() -> get(take(other, "", false))).hasCauseInstanceOf(BrokerException.class);
            get(lease.end());
            get(get(take(other, "", false)).end());

            get(take(one, "", false));
            one.close();
            // The client says so last of all, which nobody waits for.
            while (isRefused(take(other, "", false))) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void nameIsSharedOnEqualTerms() throws Exception {
        try (var broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(), Map.of()));
                var one = connect(broker.endpoint());
                var two = connect(broker.endpoint())) {
            get(take(one, "a", true));
            assertThat(isRefused(take(two, "a", true))).isFalse();
            assertThat(isRefused(take(two, "b", true))).isTrue();
            assertThat(isRefused(take(two, "a", false))).isTrue();
        }
    }

    @Test
    void whenTheBrokerComesBackTheHolderHasTheNameOrIsToldThatItIsLost() throws Exception {
        var first = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        var address = first.listeners().get(0);
        try (var one = connect(address)) {
            var lost = new CompletableFuture<BrokerException>();
            get(one.lease("name", "", false, lost::complete));
            first.close();
            try (var second = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(address), Map.of()));
                    var two = connect(second.endpoint())) {
                if (!isRefused(take(two, "", false))) {
                    assertThat(get(lost).getMessage()).contains("taken");
                }
            }
        }
    }

    private static boolean isRefused(CompletionStage<NameLease> taking) {
        try {
            get(taking);
            return false;
        } catch (CompletionException e) {
            return true;
        }
    }
}
