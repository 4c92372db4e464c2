package org.isthmus.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeShareGroupsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** What members of a share group see, and what administrators see of it. */
final class ShareFacts {
    private static final TopicPartition PARTITION = new TopicPartition("shared", 0);
    private static final String GROUP = "sharers";

    private final Facts facts;
    private final StockClients clients;

    private ShareFacts(Facts facts) {
        this.facts = facts;
        this.clients = new StockClients(facts.address());
    }

    static void of(Facts facts) throws Exception {
        var shared = new ShareFacts(facts);
        shared.clients.topic("shared", 1, Map.of());
        shared.clients.set(ConfigResource.Type.GROUP, GROUP, "share.auto.offset.reset", "earliest");
        shared.clients.send("shared", 6);
        try (var admin = shared.clients.admin()) {
            shared.ofNobody(admin);
            shared.inUse(admin);
            shared.empty(admin);
        }
    }

    private void ofNobody(Admin admin) {
        facts.tell("description of nobody", () -> described(admin, "no-sharers"));
        facts.tell("offsets of nobody", () -> offsets(admin, "no-sharers"));
        facts.tell("alter nobody", () -> admin.alterShareGroupOffsets("no-sharers", Map.of(PARTITION, 1L))
                .all()
                .get());
        facts.tell(
                "delete offsets of nobody", () -> admin.deleteShareGroupOffsets("no-sharers-either", Set.of("shared"))
                        .all()
                        .get());
        facts.tell("delete nobody", () -> admin.deleteShareGroups(List.of("no-sharers-at-all"))
                .all()
                .get());
    }

    private void inUse(Admin admin) throws Exception {
        try (var member = clients.shareConsumer(Map.of(
                "group.id", GROUP,
                "client.id", "sharer",
                "share.acknowledgement.mode", "explicit",
                "share.acquire.mode", "record_limit",
                "max.poll.records", 6))) {
            member.subscribe(List.of("shared"));
            var first = polled(member, 6);
            facts.tell("records", () -> described(first));
            facts.tell("lock", member::acquisitionLockTimeoutMs);
            facts.tell("verdicts", () -> {
                member.acknowledge(first.get(0), AcknowledgeType.ACCEPT);
                member.acknowledge(first.get(1), AcknowledgeType.RELEASE);
                member.acknowledge(first.get(2), AcknowledgeType.REJECT);
                member.acknowledge(first.get(3), AcknowledgeType.RENEW);
                member.acknowledge(first.get(4), AcknowledgeType.ACCEPT);
                member.acknowledge(first.get(5), AcknowledgeType.ACCEPT);
                return member.commitSync();
            });
            facts.tell("renewed", () -> {
                member.poll(Duration.ofMillis(500));
                member.acknowledge(first.get(3), AcknowledgeType.ACCEPT);
                return member.commitSync();
            });
            facts.tell("description", () -> described(admin, GROUP));
            facts.tell("listed", () -> admin.listGroups(ListGroupsOptions.forShareGroups()).all().get().stream()
                    .filter(group -> group.groupId().equals(GROUP))
                    .toList());
            facts.tell("alter in use", () -> admin.alterShareGroupOffsets(GROUP, Map.of(PARTITION, 1L))
                    .all()
                    .get());
            facts.tell("delete offsets in use", () -> admin.deleteShareGroupOffsets(GROUP, Set.of("shared"))
                    .all()
                    .get());
            facts.tell(
                    "delete in use",
                    () -> admin.deleteShareGroups(List.of(GROUP)).all().get());
            facts.tell(
                    "described as a group of consumers",
                    () -> admin.describeConsumerGroups(List.of(GROUP)).all().get());
            for (var protocol : List.of("classic", "consumer")) {
                facts.tell(protocol + " consumer of this group", () -> {
                    try (var stranger = clients.consumer(Map.of("group.id", GROUP, "group.protocol", protocol))) {
                        stranger.subscribe(List.of("shared"));
                        for (var i = 0; i < 5; i++) {
                            stranger.poll(Duration.ofSeconds(1));
                        }
                        return "let in";
                    }
                });
            }
        }
    }

    private void empty(Admin admin) {
        facts.tell("description without members", () -> described(admin, GROUP));
        facts.tell("offsets", () -> offsets(admin, GROUP));
        facts.tell("alter", () -> {
            admin.alterShareGroupOffsets(GROUP, Map.of(PARTITION, 0L)).all().get();
            return offsets(admin, GROUP);
        });
        facts.tell("alter no partition", () -> admin.alterShareGroupOffsets(
                        GROUP, Map.of(new TopicPartition("shared", 9), 0L))
                .all()
                .get());
        facts.tell("again from the beginning", () -> {
            try (var member = clients.shareConsumer(Map.of("group.id", GROUP))) {
                member.subscribe(List.of("shared"));
                return described(polled(member, 6));
            }
        });
        facts.tell("delete offsets of no topic", () -> admin.deleteShareGroupOffsets(GROUP, Set.of("nowhere"))
                .all()
                .get());
    }

    private static List<ConsumerRecord<String, String>> polled(KafkaShareConsumer<String, String> member, int count)
            throws TimeoutException {
        var records = new ArrayList<ConsumerRecord<String, String>>();
        StockClients.until(() -> {
            member.poll(Duration.ofSeconds(1)).forEach(records::add);
            return records.size() >= count;
        });
        return records;
    }

    private static List<String> described(List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .map(record -> record.offset() + " " + record.value() + " " + record.deliveryCount() + " "
                        + record.leaderEpoch().isPresent())
                .toList();
    }

    private static Object offsets(Admin admin, String group) throws Exception {
        return admin
                .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo(group)
                .get()
                .entrySet()
                .stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().startOffset() + " "
                        + entry.getValue().lag())
                .toList();
    }

    private static String described(Admin admin, String group) throws Exception {
        var options = new DescribeShareGroupsOptions().includeAuthorizedOperations(true);
        var found =
                admin.describeShareGroups(List.of(group), options).all().get().get(group);
        return found.groupState() + " operations="
                + found.authorizedOperations().stream().sorted().toList() + " "
                + found.members().stream()
                        .map(member -> member.clientId() + " " + member.host() + " " + member.assignment())
                        .toList();
    }
}
