package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.LogRecord;
import org.junit.jupiter.api.Test;

/** What follows from the broker's answers, which this test gives. */
class AcknowledgementsUnderWayTest {
    private final Queue<CompletableFuture<Void>> unanswered = new ArrayDeque<>();
    private final AcknowledgementsUnderWay acknowledgements = new AcknowledgementsUnderWay(new Asked());

    @Test
    void whoeverAcknowledgesGoesOnUntilManyAreUnderWay() {
        for (int n = 0; n < 1_999; n++) {
            assertThat(acknowledgements.add(of(2 * n))).isDone();
        }
        var waiting = acknowledgements.add(of(3_998));
        assertThat(waiting).isNotDone();

        unanswered.remove().complete(null);
        assertThat(waiting).isCompletedWithValue(null);
        assertThat(acknowledgements.add(of(4_000))).isNotDone();
    }

    @Test
    void oneThatCameTooLateMakesRoomAndIsKnownUntilItIsToBeAcknowledgedAgain() {
        var waiting = acknowledgements.add(LongStream.range(0, 2_000)
                .mapToObj(AcknowledgementsUnderWayTest::delivery)
                .toList());
        unanswered.remove().completeExceptionally(new BrokerException(ErrorCode.INVALID_RECORD_STATE, "lost"));

        assertThat(waiting).isCompletedWithValue(null);
        for (int n = 0; n < 2_000; n++) {
            assertThat(acknowledgements.wasDone(delivery(n))).isTrue();
            assertThat(acknowledgements.wasDone(delivery(n))).isFalse();
        }
    }

    @Test
    void oneThatIsNotTakenForNowIsKnownShouldTheMessageComeAgainBeforeItIs() {
        acknowledgements.add(of(7));
        unanswered.remove().completeExceptionally(new BrokerException(ErrorCode.KAFKA_STORAGE_ERROR, "not now"));

        assertThat(acknowledgements.wasDone(delivery(7))).isTrue();
    }

    @Test
    void oneThatWasHeardIsNotKnown() {
        acknowledgements.add(of(7));
        assertThat(acknowledgements.wasDone(delivery(7))).isFalse();
        unanswered.remove().complete(null);
        assertThat(acknowledgements.wasDone(delivery(7))).isFalse();
    }

    private static List<ShareStream.ShareDelivery> of(long offset) {
        return List.of(delivery(offset));
    }

    private static ShareStream.ShareDelivery delivery(long offset) {
        return new ShareStream.ShareDelivery(
                new TopicPartition("orders", 0), new LogRecord(offset, 1, null, null, List.of()), 1, 1);
    }

    private final class Asked implements ShareStream {
        @Override
        public CompletionStage<Void> settle(ShareDelivery first, long lastOffset, Settlement settlement) {
            assertThat(settlement).isEqualTo(Settlement.ACCEPT_EVENTUALLY);
            var answer = new CompletableFuture<Void>();
            unanswered.add(answer);
            return answer;
        }

        @Override
        public CompletionStage<List<ShareDelivery>> poll(int maxRecords, Duration maxWait) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void doubt() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> giveBackUnpolled() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Redelivery redelivery() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isJoined() {
            return true;
        }

        @Override
        public boolean holds(ShareDelivery delivery) {
            return true;
        }

        @Override
        public void later(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> leave() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }
}
