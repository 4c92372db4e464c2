package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** An application of the simulation that sends numbered messages, one by one or in transactions, each session in one manner. */
final class JmsSender implements SimProcess.Work {
    private static final int LONGEST_DELAY_MS = 3_000;

    private final JmsWorld world;
    private final SimProcess process;

    JmsSender(JmsWorld world, SimProcess process) {
        this.world = world;
        this.process = process;
    }

    /** How a session sends. The messages of one manner are in order; those that may be lost are nobody's loss. */
    private record Manner(boolean transacted, boolean async, boolean persistent, long delayMs, long timeToLiveMs) {
        static Manner some(JmsWorld world) {
            var random = world.random();
            var transacted = random.nextInt(3) == 0;
            var features = world.features();
            return new Manner(
                    transacted,
                    features.async() && random.nextInt(2) == 0,
                    !features.nonPersistent() || random.nextInt(3) > 0,
                    features.delays() && random.nextInt(3) == 0 ? 1 + random.nextInt(LONGEST_DELAY_MS) : 0,
                    features.expiry() && random.nextInt(4) == 0 ? 1 + random.nextInt(2_000) : 0);
        }

        /** Whether the broker's machine may take it with it, so that another gets its place. */
        boolean isUnsafe() {
            return !persistent && !transacted;
        }

        boolean mayBeLost() {
            return timeToLiveMs > 0 || isUnsafe();
        }
    }

    @Override
    public void run() {
        while (!world.isOver()) {
            try (var connection = process.connect(null, JmsWorld.REDELIVERY, false)) {
                while (!world.isOver() && world.random().nextInt(4) > 0) {
                    var manner = Manner.some(world);
                    var completions = new Completions(manner);
                    try (var session = connection.createSession(
                            manner.transacted() ? Session.SESSION_TRANSACTED : Session.AUTO_ACKNOWLEDGE)) {
                        send(session, manner, completions);
                    }
                    completions.requireNone("closed its session");
                }
            } catch (JMSException refused) {
                world.history().add(process.newName() + " a sender is refused: " + refused.getMessage());
                JmsRoles.pause(world, 300);
            }
        }
    }

    private void send(Session session, Manner manner, Completions completions) throws JMSException {
        var name = world.newName(manner.mayBeLost() ? JmsLedger.FLEETING : "s");
        world.history().add(name + " is sent by " + process.newName() + ": " + manner);
        var producer = session.createProducer(world.source().destination());
        producer.setDeliveryMode(manner.persistent() ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
        producer.setDeliveryDelay(manner.delayMs());
        producer.setTimeToLive(manner.timeToLiveMs());
        var open = new ArrayList<String>();
        for (var i = 0; i < 30 && !world.isOver(); i++) {
            var text = name + "-" + i;
            world.ledger().sending(text, manner.isUnsafe());
            send(producer, message(session, text), manner, completions);
            open.add(text);
            if (!manner.transacted()) {
                if (!manner.async()) {
                    sent(open, manner);
                }
                open.clear();
            } else if (world.random().nextInt(4) == 0) {
                end(session, name, manner, open);
                completions.requireNone("ended its transaction");
                open.clear();
            }
            JmsRoles.pause(world, 100);
        }
    }

    private static Message message(Session session, String text) throws JMSException {
        var message = session.createTextMessage(text);
        message.setIntProperty("kind", JmsLedger.kind(text));
        return message;
    }

    private static void send(MessageProducer producer, Message message, Manner manner, Completions completions)
            throws JMSException {
        if (manner.async()) {
            completions.expect(message);
            try {
                producer.send(message, completions);
            } catch (JMSException refused) {
                completions.refused(message);
                throw refused;
            }
        } else {
            producer.send(message);
        }
    }

    private void end(Session session, String name, Manner manner, List<String> open) throws JMSException {
        if (world.random().nextInt(4) == 0) {
            session.rollback();
            return;
        }
        try {
            session.commit();
            sent(open, manner);
        } catch (TransactionRolledBackException undone) {
            world.history().add(name + " is rolled back: " + undone.getMessage());
        }
    }

    private void sent(List<String> texts, Manner manner) {
        if (!manner.mayBeLost()) {
            world.ledger().sent(texts);
        }
    }

    /** Hears of sends: of each once, in their order, and of all of them before the session or its transaction ends. */
    private final class Completions implements CompletionListener {
        private final Manner manner;
        private final Deque<String> expected = new ArrayDeque<>();

        private Completions(Manner manner) {
            this.manner = manner;
        }

        private void expect(Message message) throws JMSException {
            expected.add(message.getBody(String.class));
        }

        private void refused(Message message) throws JMSException {
            expected.remove(message.getBody(String.class));
        }

        private void requireNone(String before) {
            assertThat(expected)
                    .as("sends that the listener did not hear of when its sender had %s", before)
                    .isEmpty();
        }

        private String next(Message message) {
            try {
                var text = message.getBody(String.class);
                assertThat(text).as("whose send is over").isEqualTo(expected.poll());
                return text;
            } catch (AssertionError finding) {
                world.found(finding);
                throw finding;
            } catch (JMSException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void onCompletion(Message message) {
            var text = next(message);
            if (!manner.transacted()) {
                sent(List.of(text), manner);
            }
        }

        @Override
        public void onException(Message message, Exception exception) {
            world.history().add("the send of " + next(message) + " fails: " + exception.getMessage());
        }
    }
}
