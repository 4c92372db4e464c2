package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;

/** One leader's rate, and what it concerns. */
class ReplicationLimitTest {
    private static final BrokerId SELF = new BrokerId(1);
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);

    private final SimClock clock = new SimClock();
    private final ReplicationLimit limit =
            new ReplicationLimit(ReplicationLimit.Side.LEADER, new BrokerConfigs(SELF, Map.of()), clock);

    @Test
    void whatWasGivenIsPaidOffByTheRateOfTheMoment() {
        limit.follow(image("1000", "0:1"));
        limit.gave(1_500);
        clock.advance(Duration.ofSeconds(1));
        assertThat(limit.rest()).isEqualTo(Duration.ofMillis(500));

        limit.follow(image("5000", "0:1"));
        assertThat(limit.rest()).isEqualTo(Duration.ofMillis(100));
        clock.advance(Duration.ofMillis(100));
        assertThat(limit.rest()).isZero();
    }

    @Test
    void restIsNotSavedUp() {
        limit.follow(image("1000", "0:1"));
        clock.advance(Duration.ofSeconds(60));
        limit.gave(100);
        assertThat(limit.rest()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void aHugeDebtAtTheLeastRateIsLookedAtEverySecond() {
        limit.follow(image("0", "0:1"));
        limit.gave(Integer.MAX_VALUE);
        assertThat(limit.rest()).isEqualTo(Duration.ofSeconds(1));
        assertThat(limit.most(1 << 20)).isEqualTo(1);
    }

    @Test
    void whatIsOwedIsForgivenWithTheLimit() {
        limit.follow(image("1", "0:1"));
        limit.gave(1_000);
        limit.follow(image("", "0:1"));
        assertThat(limit.rest()).isZero();
        assertThat(limit.most(1 << 20)).isEqualTo(1 << 20);

        limit.follow(image("1", "0:1"));
        assertThat(limit.rest()).isZero();
    }

    @Test
    void onlyWhatIsListedIsConcerned() {
        limit.follow(image("1000", "0:1, 1:11,1:2"));
        assertThat(limit.concerns(FIRST)).isTrue();
        assertThat(limit.concerns(SECOND)).isFalse();

        limit.follow(image("1000", "*"));
        assertThat(limit.concerns(SECOND)).isTrue();
        limit.follow(image("1000", ""));
        assertThat(limit.concerns(FIRST)).isFalse();
        limit.follow(image("", "*"));
        assertThat(limit.concerns(FIRST)).isFalse();
    }

    private static ClusterImage image(String rate, String replicas) {
        var partition = new PartitionImage(SELF, Epoch.ZERO, List.of(SELF), List.of(SELF));
        var id = new UUID(0, 1);
        var topic = new TopicImage(
                "t", id, Map.of("leader.replication.throttled.replicas", replicas), List.of(partition, partition));
        return new ClusterImage(
                1,
                id,
                SELF,
                1,
                Map.of(),
                Map.of("t", topic),
                Map.of(id, "t"),
                0,
                Map.of(),
                rate.isEmpty()
                        ? Map.of()
                        : Map.of(BrokerConfigs.ALL, Map.of("leader.replication.throttled.rate", rate)));
    }
}
