package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.LogRecord;
import org.junit.jupiter.api.Test;

/** What an intake does where the broker, which this test is, does not take what it says of a message. */
class RefusedSettlementTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue("orders");
    private final ReceivedForm form = new ReceivedForm(false, TrustedClasses.ALL);
    private final List<String> said = new ArrayList<>();
    private final Queue<ErrorCode> refusals = new ArrayDeque<>();
    private final Queue<ShareStream.ShareDelivery> comeAgain = new ArrayDeque<>();
    private final Worker worker = new Worker();
    private final Intake intake =
            new Intake(new Subscriptions.Part(new Broker(), null), queue, form, new InHand(), worker);

    @Test
    void whoReturnsWhatNobodyHasSeenNeedNotWaitUntilTheBrokerCanTakeIt() throws Exception {
        refusals.add(ErrorCode.NOT_ENOUGH_REPLICAS);
        intake.returnUnseen(loans());

        assertThat(said).containsExactly("what nobody polled", "RELEASE_UNSEEN 7");
    }

    @Test
    void anAcknowledgementOfItsOwnIsForTheStreamToSayAgainAndTheOneOfATransactionIsNot() throws Exception {
        refusals.addAll(List.of(ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NOT_ENOUGH_REPLICAS));
        intake.acknowledge(loans());
        assertThatThrownBy(() -> intake.accept(loans())).isInstanceOf(JMSException.class);

        assertThat(said).containsExactly("ACCEPT_EVENTUALLY 7", "ACCEPT 7");
    }

    @Test
    void whatComesAgainBeforeItsAcknowledgementIsKnownToBeTooLateIsHandedToNobody() throws Exception {
        intake.ask(1);
        var loans = loans();
        intake.seen(loans);
        comeAgain.add(delivery(2)); // by another connection
        refusals.add(ErrorCode.INVALID_RECORD_STATE);
        intake.acknowledge(loans);

        assertThat(worker.handed).isEmpty();
        assertThat(said).containsExactly("SEEN 7", "ACCEPT_EVENTUALLY 7", "ACCEPT_EVENTUALLY 7");
    }

    @Test
    void whatIsNotAcknowledgedWithItsTransactionIsStillOnLoan() throws Exception {
        refusals.add(ErrorCode.NOT_ENOUGH_REPLICAS);
        try (var connection = embedded().createManagedConnection()) {
            var delivery = connection.transacted(intake, new NothingBehind());
            var branch = new JmsBranch("alone");
            delivery.begin(loans());
            delivery.xaResource().start(branch, XAResource.TMNOFLAGS);
            delivery.xaResource().end(branch, XAResource.TMSUCCESS);

            assertThatThrownBy(() -> delivery.xaResource().commit(branch, true)).isInstanceOf(XAException.class);
            assertThat(delivery.end()).isEqualTo(TransactedDelivery.Outcome.ROLLED_BACK);
        }
    }

    private static IsthmusConnectionFactory embedded() {
        var factory = new IsthmusConnectionFactory();
        factory.setDataDirectory(data.toString());
        return factory;
    }

    private static final class NothingBehind implements TransactedDelivery.Followers {
        @Override
        public void giveBack(List<Loan> acknowledged) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void goOn() {
            throw new UnsupportedOperationException();
        }
    }

    private List<Loan> loans() {
        return List.of(new Loan(delivery(1), 0, queue, form));
    }

    private static ShareStream.ShareDelivery delivery(int session) {
        var record = new LogRecord(7, 1, null, null, List.of());
        return new ShareStream.ShareDelivery(new TopicPartition("orders", 0), record, 1, session);
    }

    private static final class Worker implements Intake.Receiver {
        private final List<Loan> handed = new ArrayList<>();

        @Override
        public void arrived(List<Loan> loans) {
            handed.addAll(loans);
        }

        @Override
        public void left(Loan loan) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void failed(JMSException cause) {
            throw new UnsupportedOperationException();
        }
    }

    private final class Broker implements ShareStream {
        private final CompletableFuture<List<ShareDelivery>> polled = new CompletableFuture<>();

        @Override
        public CompletionStage<Void> settle(ShareDelivery first, long lastOffset, Settlement settlement) {
            said.add(settlement + " " + lastOffset);
            var refusal = refusals.poll();
            if (!comeAgain.isEmpty()) {
                polled.complete(List.of(comeAgain.remove())); // as another thread may at this moment
            }
            return refusal == null
                    ? CompletableFuture.completedStage(null)
                    : CompletableFuture.failedStage(new BrokerException(refusal, "refused"));
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
        public CompletionStage<List<ShareDelivery>> poll(int maxRecords, Duration maxWait) {
            return polled;
        }

        @Override
        public void doubt() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> giveBackUnpolled() {
            said.add("what nobody polled");
            return CompletableFuture.completedStage(null);
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
        public CompletionStage<Void> leave() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }
}
