package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;

/** What becomes of the answers of several brokers, of which one has heard of a topic and another one has not. */
class TopicDirectoryTest {
    private static final IsthmusTopic NEWS = new IsthmusTopic("news");

    private final Queue<CompletionStage<TopicInfo>> answers = new ArrayDeque<>();
    private final BrokerClient client = (BrokerClient) Proxy.newProxyInstance(
            BrokerClient.class.getClassLoader(), new Class<?>[] {BrokerClient.class}, (proxy, method, given) -> {
                assertThat(method.getName()).isEqualTo("topic");
                return answers.remove();
            });
    private final SimClock clock = new SimClock();
    private final TopicDirectory directory = new TopicDirectory(client, clock);

    private static CompletionStage<TopicInfo> found(int partitions) {
        return CompletableFuture.completedStage(new TopicInfo(NEWS.getName(), new UUID(0, 1), partitions));
    }

    private static CompletionStage<TopicInfo> unheardOf() {
        return CompletableFuture.failedStage(new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "no topic"));
    }

    @Test
    void topicThatOneBrokerHasToldOfIsNotDeniedForAnotherOne() throws JMSException {
        answers.addAll(List.of(found(1), unheardOf(), found(2)));
        assertThat(directory.topic(NEWS).partitions()).isEqualTo(1);
        assertThat(directory.existing(NEWS.getName()).partitions()).isEqualTo(2);
    }

    @Test
    void topicThatIsUsedIsLookedUpAgainBesideWhoUsesIt() throws JMSException {
        answers.addAll(List.of(found(1), found(2)));
        assertThat(directory.topic(NEWS).partitions()).isEqualTo(1);
        assertThat(directory.topic(NEWS).partitions()).isEqualTo(1);
        assertThat(answers).hasSize(1);
        clock.advance(Duration.ofSeconds(11));
        assertThat(directory.topic(NEWS).partitions()).isEqualTo(1);
        assertThat(directory.topic(NEWS).partitions()).isEqualTo(2);
    }

    @Test
    void topicThatNobodyHasToldOfIsNotLookedForAgain() {
        answers.add(unheardOf());
        assertThatThrownBy(() -> directory.existing(NEWS.getName())).isInstanceOf(InvalidDestinationException.class);
        assertThat(answers).isEmpty();
    }
}
