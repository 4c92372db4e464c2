package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Messages on loan to the workers of an application server, which may have one intake after another. */
class IntakeTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue(own("orders"));
    private final InHand inHand = new InHand();

    @Test
    void whatAWorkerHasOfAnEarlierIntakeWaitsAtTheNextUntilTheWorkerIsDone() throws Exception {
        var session = session();
        session.createProducer(queue).send(session.createTextMessage("one"));
        var first = new Taken();
        var earlier = open(first);
        earlier.ask(1);
        var loans = first.next();
        assertThat(earlier.seen(loans)).isTrue();
        earlier.close(); // others can have it

        var second = new Taken();
        try (var later = open(second)) {
            later.ask(1);
            assertThat(second.next()).isEmpty();

            earlier.left(loans);
            var left = second.next();
            assertThat(left).extracting(Loan::deliveryCount).containsExactly(2);
            assertThat(later.seen(left)).isTrue();
        }
    }

    private Intake open(Intake.Receiver receiver) throws JMSException {
        var options = new IntakeOptions(null, null, 10, Duration.ZERO, 1, null, null, false);
        return connect().openIntake(queue, options, inHand, receiver);
    }

    private static final class Taken implements Intake.Receiver {
        private final BlockingQueue<List<Loan>> taken = new LinkedBlockingQueue<>();

        @Override
        public void arrived(List<Loan> loans) {
            taken.add(loans);
        }

        @Override
        public void left(Loan loan) {
            taken.add(List.of(loan));
        }

        @Override
        public void failed(JMSException cause) {
            throw new AssertionError(cause);
        }

        List<Loan> next() throws InterruptedException {
            return taken.poll(SOON, TimeUnit.MILLISECONDS);
        }
    }
}
