package org.isthmus.broker.coordinator.group;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.metadata.ClusterImage;
import org.jspecify.annotations.Nullable;

/**
 * What consumers of the classic protocol say to their leader, and hear from it. The one place that looks into that: a version (int16), then
 * numbers, texts (int16 length, UTF-8) and lists (int32 count). What newer versions add stands at the end. Stateless.
 */
final class ConsumerProtocol {
    /** What groups of such members call themselves. */
    static final String TYPE = "consumer";

    private static final short WITH_OWNED = 1;
    private static final short WITH_GENERATION = 2;
    private static final short WITH_RACK = 3;
    private static final int NO_USER_DATA = -1;

    private ConsumerProtocol() {}

    /** What a member wants, and what it still reads while it asks. */
    record Subscription(
            short version,
            SortedSet<String> topics,
            List<TopicPartition> owned,
            @Nullable String rackId) {}

    /** Empty where the bytes are no subscription: members may say to each other what they like. */
    static Optional<Subscription> subscription(Bytes metadata) {
        try {
            var in = ByteBuffer.wrap(metadata.array());
            var version = in.getShort();
            var topics = new TreeSet<String>();
            for (var left = in.getInt(); left > 0; left--) {
                topics.add(text(in));
            }
            skipBytes(in);
            var owned = version >= WITH_OWNED ? partitions(in) : List.<TopicPartition>of();
            if (version >= WITH_GENERATION) {
                in.getInt();
            }
            var rackId = version >= WITH_RACK ? optionalText(in) : null;
            return Optional.of(new Subscription(version, topics, owned, rackId));
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    /** What a leader gave to a member; nothing where the bytes are no assignment. */
    static List<TopicPartition> assigned(Bytes assignment) {
        try {
            var in = ByteBuffer.wrap(assignment.array());
            in.getShort();
            return partitions(in);
        } catch (BufferUnderflowException e) {
            return List.of();
        }
    }

    /** As a leader would write it to a member whose subscription is of this version. */
    static Bytes assignment(short version, Collection<TopicPartition> partitions) {
        SortedMap<String, SortedSet<Integer>> byTopic = new TreeMap<>();
        partitions.forEach(partition -> byTopic.computeIfAbsent(partition.topic(), topic -> new TreeSet<>())
                .add(partition.partition()));
        var names = byTopic.keySet().stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        var bytes = 3 * Integer.BYTES + Integer.BYTES * partitions.size();
        bytes += names.stream()
                .mapToInt(name -> Short.BYTES + name.length + Integer.BYTES)
                .sum();
        var out = ByteBuffer.allocate(bytes);
        out.putShort(version).putInt(names.size());
        var numbers = byTopic.values().iterator();
        for (var name : names) {
            var ofTopic = numbers.next();
            out.putShort((short) name.length).put(name).putInt(ofTopic.size());
            ofTopic.forEach(out::putInt);
        }
        out.putInt(NO_USER_DATA);
        var written = new byte[out.position()];
        out.flip().get(written);
        return new Bytes(written);
    }

    /** Those that exist. */
    static SortedSet<PartitionId> ids(Collection<TopicPartition> partitions, ClusterImage image) {
        var ids = new TreeSet<PartitionId>();
        partitions.forEach(partition -> image.topic(partition.topic())
                .filter(topic -> partition.partition() < topic.partitions().size())
                .ifPresent(topic -> ids.add(new PartitionId(topic.id(), partition.partition()))));
        return Collections.unmodifiableSortedSet(ids);
    }

    /** Those of topics that exist. */
    static List<TopicPartition> names(Collection<PartitionId> partitions, ClusterImage image) {
        var names = new ArrayList<TopicPartition>();
        for (var partition : partitions) {
            UUID id = partition.topicId();
            image.topic(id).ifPresent(topic -> names.add(new TopicPartition(topic.name(), partition.partition())));
        }
        return names;
    }

    private static List<TopicPartition> partitions(ByteBuffer in) {
        var partitions = new ArrayList<TopicPartition>();
        for (var topics = in.getInt(); topics > 0; topics--) {
            var topic = text(in);
            for (var left = in.getInt(); left > 0; left--) {
                partitions.add(new TopicPartition(topic, Math.max(0, in.getInt())));
            }
        }
        return partitions;
    }

    private static String text(ByteBuffer in) {
        var text = new byte[Math.max(0, in.getShort())];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static @Nullable String optionalText(ByteBuffer in) {
        in.mark();
        if (in.getShort() < 0) {
            return null;
        }
        in.reset();
        return text(in);
    }

    private static void skipBytes(ByteBuffer in) {
        var length = Math.max(0, in.getInt());
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + length);
    }
}
