package org.isthmus.broker.coordinator.share;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Who is in which share group, and which partitions each member is to read. All of it is soft: what members acknowledge lives with the
 * partitions, so a coordinator that is new learns its members from their heartbeats and nothing is lost. Owned by its loop; the public
 * methods may be called from any thread.
 */
public final class ShareMembership {
    /**
     * A sign of life.
     *
     * @param topics what the member wants to read; empty where that is as before
     */
    public record Heartbeat(
            String group, String member, int epoch, Optional<Set<String>> topics, String clientId, String clientHost) {}

    /**
     * What a member hears.
     *
     * @param assignment partitions by topic; empty where they are as the member knows them
     */
    public record Answer(int epoch, int intervalMs, Optional<Map<String, SortedSet<Integer>>> assignment) {}

    /** A member, as others see it. */
    public record MemberDescription(
            String id,
            int epoch,
            String clientId,
            String clientHost,
            Set<String> topics,
            Map<String, SortedSet<Integer>> assignment) {}

    public record Description(String group, int epoch, List<MemberDescription> members) {}

    private static final int LEAVING = -1;
    private static final int JOINING = 0;

    private final MembershipConfig config;
    private final Supplier<ClusterImage> cluster;
    private final EventLoop loop;
    private final Map<String, ShareMembers> groups = new TreeMap<>();

    public ShareMembership(MembershipConfig config, Supplier<ClusterImage> cluster, EventLoop loop) {
        this.config = config;
        this.cluster = cluster;
        this.loop = loop;
    }

    /**
     * Takes in a heartbeat. Fails with {@link BrokerException} {@code UNKNOWN_MEMBER_ID} or {@code FENCED_MEMBER_EPOCH} where the member has to
     * join again, and with {@code GROUP_MAX_SIZE_REACHED}.
     */
    public CompletionStage<Answer> heartbeat(Heartbeat heartbeat) {
        return onLoop(() -> takeIn(heartbeat));
    }

    private Answer takeIn(Heartbeat heartbeat) {
        if (heartbeat.epoch() == LEAVING) {
            remove(heartbeat.group(), heartbeat.member());
            return new Answer(LEAVING, intervalMs(heartbeat.group()), Optional.empty());
        }
        var joining = heartbeat.epoch() == JOINING;
        var group = groups.get(heartbeat.group());
        if (group == null) {
            if (!joining) {
                throw unknown(heartbeat);
            }
            group = new ShareMembers(heartbeat.group());
            groups.put(heartbeat.group(), group);
        }
        if (!group.has(heartbeat.member())) {
            if (!joining) {
                throw unknown(heartbeat);
            }
            if (group.size() >= config.maxSize()) {
                throw new BrokerException(
                        ErrorCode.GROUP_MAX_SIZE_REACHED, "share group " + heartbeat.group() + " is full");
            }
        }
        var member = group.admit(heartbeat);
        member.expiry().cancel();
        member.expireWith(loop.schedule(
                config.sessionTimeout(own(heartbeat.group())), () -> remove(heartbeat.group(), heartbeat.member())));
        group.assign(cluster.get());
        return new Answer(group.epochOf(member), intervalMs(heartbeat.group()), group.tell(member, joining));
    }

    private static BrokerException unknown(Heartbeat heartbeat) {
        return new BrokerException(
                ErrorCode.UNKNOWN_MEMBER_ID,
                "share group " + heartbeat.group() + " has no member " + heartbeat.member());
    }

    private int intervalMs(String group) {
        return (int) config.heartbeatInterval(own(group)).toMillis();
    }

    private Map<String, String> own(String group) {
        return cluster.get().groupConfigs().getOrDefault(group, Map.of());
    }

    private void remove(String id, String member) {
        var group = groups.get(id);
        if (group != null) {
            group.remove(member);
            group.assign(cluster.get());
            if (group.size() == 0) {
                groups.remove(id);
            }
        }
    }

    /** The group's members; empty where it has none. */
    public CompletionStage<Optional<Description>> describe(String group) {
        return onLoop(() -> Optional.ofNullable(groups.get(group)).map(ShareMembers::describe));
    }

    /** The groups that have members. */
    public CompletionStage<List<String>> groups() {
        return onLoop(() -> List.copyOf(groups.keySet()));
    }

    private <T> CompletionStage<T> onLoop(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        loop.execute(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
