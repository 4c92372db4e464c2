package org.isthmus.interop;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;

/** What members of a consumer group see, and what administrators see of it. */
final class GroupFacts {
    private final Facts facts;
    private final String protocol;
    private final StockClients clients;
    private final String topic;
    private final String group;
    private final TopicPartition first;

    private GroupFacts(Facts facts, String protocol) {
        this.facts = facts;
        this.protocol = protocol;
        this.clients = new StockClients(facts.address());
        this.topic = "grouped-" + protocol;
        this.group = "members-" + protocol;
        this.first = new TopicPartition(topic, 0);
    }

    static void of(Facts facts, String protocol) throws Exception {
        var group = new GroupFacts(facts, protocol);
        group.clients.topic(group.topic, 2, Map.of());
        group.clients.send(group.topic, 5);
        try (var admin = group.clients.admin()) {
            group.ofNobody(admin);
            group.ofOneMember(admin);
            group.empty(admin);
            group.ofStaticMembers(admin);
            group.refused();
        }
    }

    private KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(Map.of(
                "group.protocol",
                protocol,
                "group.id",
                group,
                "client.id",
                "member",
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false));
        settings.putAll(more);
        return clients.consumer(settings);
    }

    private static void join(KafkaConsumer<String, String> consumer) throws TimeoutException {
        StockClients.until(() -> {
            consumer.poll(Duration.ofMillis(200));
            return !consumer.assignment().isEmpty();
        });
    }

    private void ofNobody(Admin admin) {
        facts.tell("description of nobody", () -> described(admin, "nobody"));
        facts.tell("offsets of nobody", () -> offsets(admin, "nobody"));
        facts.tell(
                "delete nobody",
                () -> admin.deleteConsumerGroups(List.of("nobody")).all().get());
        facts.tell("delete offsets of nobody", () -> admin.deleteConsumerGroupOffsets("nobody", Set.of(first))
                .all()
                .get());
        facts.tell(
                "classic description of nobody",
                () -> admin.describeClassicGroups(List.of("nobody")).all().get());
        facts.tell(
                "share description of nobody",
                () -> admin.describeShareGroups(List.of("nobody")).all().get());
    }

    private void ofOneMember(Admin admin) throws Exception {
        try (var member = consumer(Map.of())) {
            member.subscribe(List.of(topic));
            join(member);
            member.commitSync(Map.of(first, new OffsetAndMetadata(3, "three")));
            facts.tell("generation", () -> member.groupMetadata().generationId() > 0);
            facts.tell("description", () -> described(admin, group));
            facts.tell("classic description", () -> admin.describeClassicGroups(List.of(group))
                    .all()
                    .get()
                    .get(group)
                    .state());
            facts.tell("listed", () -> listed(admin, new ListGroupsOptions()));
            facts.tell("listed by type", () -> listed(admin, ListGroupsOptions.forConsumerGroups()));
            facts.tell(
                    "listed by another type",
                    () -> listed(admin, new ListGroupsOptions().withTypes(Set.of(GroupType.SHARE))));
            facts.tell(
                    "delete a group in use",
                    () -> admin.deleteConsumerGroups(List.of(group)).all().get());
            facts.tell("delete offsets in use", () -> admin.deleteConsumerGroupOffsets(group, Set.of(first))
                    .all()
                    .get());
            facts.tell("alter offsets in use", () -> admin.alterConsumerGroupOffsets(
                            group, Map.of(first, new OffsetAndMetadata(1)))
                    .all()
                    .get());
            facts.tell("remove a member by a name that nobody has", () -> admin.removeMembersFromConsumerGroup(
                            group, new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("nobody"))))
                    .all()
                    .get());
            facts.tell("record beside the offsets", () -> {
                try (var producer = clients.producer(Map.of())) {
                    return producer.send(new ProducerRecord<>("__consumer_offsets", 0, "k", "v"))
                            .get();
                }
            });
            facts.tell("commit of a stranger", () -> {
                try (var stranger = consumer(Map.of())) {
                    stranger.assign(List.of(first));
                    stranger.commitSync(Map.of(first, new OffsetAndMetadata(1)));
                    return "done";
                }
            });
            facts.tell("share consumer of this group", () -> {
                try (var sharer = clients.shareConsumer(Map.of("group.id", group))) {
                    sharer.subscribe(List.of(topic));
                    for (var i = 0; i < 5; i++) {
                        sharer.poll(Duration.ofSeconds(1));
                    }
                    return "let in";
                }
            });
        }
    }

    private void empty(Admin admin) {
        facts.tell("description without members", () -> described(admin, group));
        facts.tell("offsets", () -> offsets(admin, group));
        facts.tell("alter offsets", () -> {
            admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(1, "one")))
                    .all()
                    .get();
            return offsets(admin, group);
        });
        facts.tell("alter offsets of no partition", () -> admin.alterConsumerGroupOffsets(
                        group, Map.of(new TopicPartition(topic, 9), new OffsetAndMetadata(1)))
                .all()
                .get());
        facts.tell("delete offsets", () -> {
            admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
            return offsets(admin, group);
        });
        facts.tell("delete offsets of no partition", () -> admin.deleteConsumerGroupOffsets(
                        group, Set.of(new TopicPartition(topic, 9)))
                .all()
                .get());
        facts.tell(
                "delete", () -> admin.deleteConsumerGroups(List.of(group)).all().get());
        facts.tell("description once it is deleted", () -> described(admin, group));
    }

    private void ofStaticMembers(Admin admin) throws Exception {
        var settings = Map.<String, Object>of("group.instance.id", "one", "group.id", group + "-static");
        try (var member = consumer(settings)) {
            member.subscribe(List.of(topic));
            join(member);
            facts.tell("description of a static member", () -> described(admin, group + "-static"));
            facts.tell("second of the same name", () -> {
                try (var second = consumer(settings)) {
                    second.subscribe(List.of(topic));
                    join(second);
                    return "let in";
                } catch (UnreleasedInstanceIdException e) {
                    return "turned away";
                }
            });
            facts.tell("first of the same name", () -> {
                for (var i = 0; i < 30; i++) {
                    member.poll(Duration.ofMillis(200));
                }
                return "goes on";
            });
        }
    }

    private void refused() {
        facts.tell("pattern", () -> {
            try (var member = consumer(Map.of("group.id", group + "-pattern"))) {
                member.subscribe(new SubscriptionPattern("grouped-" + protocol + ".*"));
                join(member);
                return member.assignment();
            }
        });
        facts.tell("pattern that is none", () -> {
            try (var member = consumer(Map.of("group.id", group + "-no-pattern"))) {
                member.subscribe(new SubscriptionPattern("(a"));
                join(member);
                return "let in";
            }
        });
        if (protocol.equals("consumer")) {
            facts.tell("assignor that is none", () -> {
                try (var member = consumer(Map.of("group.remote.assignor", "none", "group.id", group + "-none"))) {
                    member.subscribe(List.of(topic));
                    join(member);
                    return "let in";
                }
            });
        } else {
            facts.tell("session of a day", () -> {
                try (var member = consumer(Map.of("session.timeout.ms", 86_400_000, "group.id", group + "-day"))) {
                    member.subscribe(List.of(topic));
                    join(member);
                    return "let in";
                }
            });
        }
    }

    private static Object offsets(Admin admin, String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
    }

    private List<String> listed(Admin admin, ListGroupsOptions options) throws Exception {
        return admin.listGroups(options).all().get().stream()
                .filter(found -> found.groupId().equals(group))
                .map(Object::toString)
                .toList();
    }

    private static String described(Admin admin, String group) throws Exception {
        var options = new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true);
        var found = admin.describeConsumerGroups(List.of(group), options)
                .all()
                .get()
                .get(group);
        return describe(found) + " "
                + found.members().stream().map(GroupFacts::describe).toList();
    }

    private static String describe(ConsumerGroupDescription group) {
        return String.join(
                " ",
                group.groupState().toString(),
                group.type().toString(),
                group.partitionAssignor(),
                "simple=" + group.isSimpleConsumerGroup(),
                // Where they begin is the broker's affair.
                "epochs=" + group.groupEpoch().isPresent() + ","
                        + group.groupEpoch().equals(group.targetAssignmentEpoch()),
                "operations=" + group.authorizedOperations().stream().sorted().toList());
    }

    private static String describe(MemberDescription member) {
        return String.join(
                " ",
                member.clientId(),
                member.host(),
                "instance=" + member.groupInstanceId(),
                "has=" + member.assignment(),
                "target=" + member.targetAssignment(),
                "epoch=" + member.memberEpoch().isPresent(),
                "upgraded=" + member.upgraded());
    }
}
