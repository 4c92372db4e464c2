package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.junit.jupiter.api.Test;

/** Members of a share group come, are heard of, and go; what each is to read follows. */
class ShareMembershipTest {
    private static final BrokerId SELF = new BrokerId(1);
    private static final PartitionImage PARTITION =
            new PartitionImage(SELF, new Epoch(0), List.of(SELF), List.of(SELF));

    private final VirtualLoop loop = new VirtualLoop();
    private ClusterImage cluster = ClusterImage.empty(UUID.randomUUID(), SELF)
            .with(List.of(new ClusterDelta.TopicCreated(
                    new TopicImage("orders", UUID.randomUUID(), Map.of(), List.of(PARTITION, PARTITION)))));
    private final ShareMembership membership = new ShareMembership(new MembershipConfig(2), () -> cluster, loop);

    private ShareMembership.Answer heartbeat(String member, int epoch) {
        var topics = epoch == 0 ? Optional.of(Set.of("orders")) : Optional.<Set<String>>empty();
        var answer = membership
                .heartbeat(new ShareMembership.Heartbeat("g", member, epoch, topics, "client", "host"))
                .toCompletableFuture();
        loop.run(Duration.ZERO);
        return answer.join();
    }

    private void assertRefused(String member, int epoch, ErrorCode error) {
        assertThatThrownBy(() -> heartbeat(member, epoch))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(BrokerException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(error));
    }

    private Set<String> members() {
        var found = membership.describe("g").toCompletableFuture();
        loop.run(Duration.ZERO);
        var ids = new TreeSet<String>();
        found.join().ifPresent(group -> group.members().forEach(member -> ids.add(member.id())));
        return ids;
    }

    @Test
    void partitionsAreSpreadOverMembersAndComeBackFromWhoLeaves() {
        var alone = heartbeat("a", 0);
        assertThat(alone.assignment().orElseThrow().get("orders")).containsExactly(0, 1);

        var second = heartbeat("b", 0);
        var first = heartbeat("a", alone.epoch());

        assertThat(first.assignment().orElseThrow().get("orders")).hasSize(1);
        assertThat(second.assignment().orElseThrow().get("orders"))
                .hasSize(1)
                .doesNotContainAnyElementsOf(first.assignment().orElseThrow().get("orders"));
        assertThat(heartbeat("a", first.epoch()).assignment()).isEmpty();

        heartbeat("b", -1);
        assertThat(heartbeat("a", first.epoch()).assignment().orElseThrow().get("orders"))
                .containsExactly(0, 1);
    }

    @Test
    void whoMissedSomethingOrIsUnknownOrOneTooManyIsToldSo() {
        assertRefused("a", 3, ErrorCode.UNKNOWN_MEMBER_ID);
        heartbeat("a", 0);
        assertRefused("a", 99, ErrorCode.FENCED_MEMBER_EPOCH);
        heartbeat("b", 0);
        assertRefused("c", 0, ErrorCode.GROUP_MAX_SIZE_REACHED);
    }

    @Test
    void silentMemberIsGoneOnceItsGroupsSessionIsOver() {
        cluster = cluster.with(
                List.of(new ClusterDelta.GroupConfigured("g", Map.of("share.session.timeout.ms", "60000"))));
        heartbeat("a", 0);
        loop.run(Duration.ofSeconds(59));
        assertThat(members()).containsExactly("a");

        loop.run(Duration.ofSeconds(2));

        assertThat(members()).isEmpty();
    }
}
