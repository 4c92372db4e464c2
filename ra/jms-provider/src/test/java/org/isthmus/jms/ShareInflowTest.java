package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;

/** In which order a consumer polls and gives back. The test answers for the broker, and is the application that comes in between. */
class ShareInflowTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final SimClock clock = new SimClock();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> said = new ArrayList<>();
    private final Stream stream = new Stream();
    private boolean receiving;
    private ShareInflow inflow = inflow(true);

    private ShareInflow inflow(boolean acknowledgesByItself) {
        return new ShareInflow(lock, clock, stream, new Wishes(), new Application(), acknowledgesByItself);
    }

    @Test
    void aPollThatBroughtWhatLiesBehindIsGivenBackBeforeTheNextOne() {
        receiving = true;
        inflow.ask(LONG);
        inflow.rollingBack();
        inflow.rolledBack();

        stream.answer(0, 1);

        assertThat(said)
                .containsExactly(
                        "poll", "what nobody polled", "what nobody polled", "RELEASE_UNSEEN from 0 to 1", "poll");
    }

    @Test
    void whatAnIdleReceiverGivesBackGoesBeforeItsNextPoll() {
        receiving = true;
        inflow.ask(LONG);
        stream.answer(0, 1);
        receiving = false;
        clock.advance(LONG);

        stream.later.remove().run();

        assertThat(said).containsExactly("poll", "what nobody polled", "RELEASE_UNSEEN from 0 to 1", "poll");
    }

    @Test
    void aRollbackNeedNotWaitUntilTheBrokerCanTakeBackWhatLiesBehind() {
        receiving = true;
        inflow.ask(LONG);
        stream.answer(0, 1);
        stream.refusals.add(ErrorCode.KAFKA_STORAGE_ERROR);

        assertThat(inflow.rollingBack()).isCompletedWithValue(null);
        assertThat(said).containsExactly("poll", "what nobody polled", "RELEASE_UNSEEN from 0 to 1");
    }

    @Test
    void anAcknowledgementThatTheApplicationHearsNothingOfIsForTheStreamToSayAgain() {
        receiving = true;
        inflow.ask(LONG);
        stream.answer(0, 1);
        take();
        stream.refusals.add(ErrorCode.KAFKA_STORAGE_ERROR);
        acknowledge();
        assertThat(inflow.commit()).isCompletedExceptionally();
        assertThat(inflow.latestCommit()).isCompletedWithValue(null);

        assertThat(said).contains("ACCEPT_EVENTUALLY from 0 to 0");
        assertThat(inflow.hasUnacknowledged()).isFalse();
    }

    @Test
    void anAcknowledgementThatIsRefusedForNowCanBeSaidAgain() {
        inflow = inflow(false);
        receiving = true;
        inflow.ask(LONG);
        stream.answer(0, 1, 2);
        take();
        take();
        stream.later.clear(); // looks whether the receiver is idle
        stream.refusals.add(ErrorCode.KAFKA_STORAGE_ERROR);
        acknowledge();
        assertThat(inflow.commit()).isCompletedExceptionally();
        take();
        acknowledge();
        assertThat(inflow.commit()).isCompletedWithValue(null);

        assertThat(said).contains("ACCEPT from 0 to 1", "ACCEPT from 0 to 2").doesNotContain("ACCEPT from 2 to 2");
    }

    private void acknowledge() {
        lock.lock();
        try {
            inflow.acknowledge();
        } finally {
            lock.unlock();
        }
    }

    private void take() {
        lock.lock();
        try {
            inflow.take();
        } finally {
            lock.unlock();
        }
    }

    private final class Wishes implements ShareInflow.Demand {
        @Override
        public boolean isFlowing() {
            return false;
        }

        @Override
        public boolean isReceiving() {
            return receiving;
        }

        @Override
        public boolean isStarted() {
            return true;
        }
    }

    /** Waits for whatever arrives, and asks where nobody does. */
    private final class Application implements Inflow.Observer {
        @Override
        public void arrived() {
            lock.lock();
            try {
                if (inflow.hasNext()) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            inflow.ask(LONG);
        }

        @Override
        public void failed(Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private final class Stream implements ShareStream {
        private CompletableFuture<List<ShareDelivery>> poll = new CompletableFuture<>();
        private final Queue<Runnable> later = new ArrayDeque<>();
        private final Queue<ErrorCode> refusals = new ArrayDeque<>();

        void answer(long... offsets) {
            var deliveries = new ArrayList<ShareDelivery>();
            for (var offset : offsets) {
                var record = new LogRecord(offset, 1, null, null, List.of());
                deliveries.add(new ShareDelivery(new TopicPartition("orders", 0), record, 1, 1));
            }
            poll.complete(deliveries);
        }

        @Override
        public CompletionStage<List<ShareDelivery>> poll(int maxRecords, Duration maxWait) {
            said.add("poll");
            poll = new CompletableFuture<>();
            return poll;
        }

        @Override
        public CompletionStage<Void> settle(ShareDelivery first, long lastOffset, Settlement settlement) {
            inflow.ask(LONG); // as another thread may at this moment
            said.add(settlement + " from " + first.record().offset() + " to " + lastOffset);
            var refusal = refusals.poll();
            return refusal == null
                    ? CompletableFuture.completedStage(null)
                    : CompletableFuture.failedStage(new BrokerException(refusal, "refused"));
        }

        @Override
        public void doubt() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> giveBackUnpolled() {
            inflow.ask(LONG); // as another thread may at this moment
            said.add("what nobody polled");
            return CompletableFuture.completedStage(null);
        }

        @Override
        public Redelivery redelivery() {
            return new Redelivery(10, false);
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
            later.add(task);
        }

        @Override
        public CompletionStage<Void> leave() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {
            leave();
        }
    }
}
