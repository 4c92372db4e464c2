package org.isthmus.broker.server;

import java.util.Collection;
import java.util.List;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.protocol.client.BrokerClients;

/** That the brokers of a cluster know each other: each hears of the others by itself, and decides without those that it has not heard of. */
final class Acquaintance {
    private Acquaintance() {}

    /** Returns once each of these has heard of as many as they are, and of a controller; asks each at its own address. */
    static void awaitAmong(Collection<String> addresses) {
        for (var address : addresses) {
            try (var asking =
                    BrokerClients.operate(List.of(HostAndPort.parse(address)), ClientConfig.defaults("acquaintance"))) {
                var told = asking.cluster().toCompletableFuture().join();
                while (told.brokers().size() < addresses.size()
                        || told.controller().isNone()) {
                    told = asking.cluster().toCompletableFuture().join();
                }
            }
        }
    }
}
