package org.isthmus.broker.coordinator.group;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.UUID;
import org.isthmus.broker.coordinator.BoundedPattern;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.TopicImage;

/** Which topics of the cluster members want, by name and by pattern. Patterns are matched on the shard's loop, and bounded for that. */
final class Interest {
    private final ClusterImage image;
    private final Map<String, Set<UUID>> byPattern = new TreeMap<>();

    Interest(ClusterImage image) {
        this.image = image;
    }

    /** Whether it is an expression, and none that would take a broker too long. */
    static boolean isPattern(String text) {
        try {
            BoundedPattern.compile(text);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /** Whether a member with this profile wants the topic, whether or not it exists. */
    static boolean wants(Profile profile, String topic) {
        return profile.topics().contains(topic)
                || (profile.pattern() != null
                        && Pattern.compile(profile.pattern()).matcher(topic).matches());
    }

    /** The topics that exist and that anybody wants, with their numbers of partitions. */
    SortedMap<UUID, Integer> topics(Collection<Consumer> members) {
        var topics = new TreeMap<UUID, Integer>();
        members.forEach(member -> of(member.profile()).forEach(id -> image.topic(id)
                .ifPresent(topic -> topics.put(id, topic.partitions().size()))));
        return topics;
    }

    /** What the members want, each beside what it was to read until now. */
    Demand demand(SortedMap<String, Consumer> members, Map<String, SortedSet<PartitionId>> before) {
        var wishes = new TreeMap<String, Demand.Wish>();
        members.forEach((id, member) -> {
            var instanceId = member.profile().instanceId();
            wishes.put(
                    id,
                    new Demand.Wish(
                            instanceId == null ? id : instanceId,
                            of(member.profile()),
                            before.getOrDefault(id, Partitions.NONE)));
        });
        return new Demand(topics(members.values()), wishes);
    }

    private Set<UUID> of(Profile profile) {
        var topics = new HashSet<UUID>();
        profile.topics().forEach(name -> image.topic(name).map(TopicImage::id).ifPresent(topics::add));
        if (profile.pattern() != null) {
            topics.addAll(byPattern.computeIfAbsent(profile.pattern(), this::matching));
        }
        return topics;
    }

    private Set<UUID> matching(String pattern) {
        var compiled = Pattern.compile(pattern);
        var topics = new HashSet<UUID>();
        image.topics().values().stream()
                .filter(topic -> compiled.matcher(topic.name()).matches())
                .forEach(topic -> topics.add(topic.id()));
        return topics;
    }
}
