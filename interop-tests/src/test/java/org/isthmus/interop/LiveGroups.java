package org.isthmus.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** A group of each protocol that reads one topic, with one member each, which stays for as long as this is open. */
final class LiveGroups implements AutoCloseable {
    private final StockClients clients;
    private final List<AutoCloseable> members = new ArrayList<>();

    private LiveGroups(StockClients clients) {
        this.clients = clients;
    }

    static LiveGroups join(String address) throws Exception {
        var groups = new LiveGroups(new StockClients(address));
        groups.clients.topic("live", 2, Map.of());
        groups.clients.send("live", 3);
        groups.members.add(groups.consumer("classic"));
        groups.members.add(groups.consumer("consumer"));
        groups.share();
        return groups;
    }

    private KafkaConsumer<String, String> consumer(String protocol) throws Exception {
        var consumer = clients.consumer(Map.of(
                "group.id",
                "live-" + protocol,
                "group.protocol",
                protocol,
                "client.id",
                "member",
                "auto.offset.reset",
                "earliest"));
        consumer.subscribe(List.of("live"));
        var read = new int[1];
        StockClients.until(
                () -> (read[0] += consumer.poll(Duration.ofMillis(200)).count()) == 3);
        consumer.commitSync();
        return consumer;
    }

    private void share() throws Exception {
        var consumer = clients.shareConsumer(Map.of("group.id", "live-share", "client.id", "member"));
        members.add(consumer);
        consumer.subscribe(List.of("live"));
        try (var admin = clients.admin()) {
            StockClients.until(() -> {
                consumer.poll(Duration.ofMillis(200));
                return hasMember(admin);
            });
        }
    }

    private static boolean hasMember(Admin admin) {
        return admin.describeShareGroups(List.of("live-share"))
                .describedGroups()
                .get("live-share")
                .toCompletionStage()
                .handle((found, notYet) -> found != null
                        && found.members().stream()
                                .anyMatch(member ->
                                        !member.assignment().topicPartitions().isEmpty()))
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() throws Exception {
        for (var member : members) {
            member.close();
        }
    }
}
