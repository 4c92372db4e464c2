package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What applications do in the simulation of JMS: each is a program with the API, on a thread of its own. */
final class JmsRoles {
    private JmsRoles() {}

    /** Has the thread of the application wait a while. */
    private static void pause(JmsWorld world, int mostMs) {
        SimProcess.running().pause(Duration.ofMillis(1 + world.random().nextInt(mostMs)));
    }

    /** Sends numbered messages to the queue, one by one or in transactions. */
    static final class Sender implements SimProcess.Work {
        private final JmsWorld world;
        private final SimProcess process;
        private int sessions;

        Sender(JmsWorld world, SimProcess process) {
            this.world = world;
            this.process = process;
        }

        @Override
        public void run() {
            while (!world.isOver()) {
                try (var connection = process.connect(null, JmsWorld.REDELIVERY, false)) {
                    while (!world.isOver() && world.random().nextInt(4) > 0) {
                        var transacted = world.random().nextInt(3) == 0;
                        try (var session = connection.createSession(
                                transacted ? Session.SESSION_TRANSACTED : Session.AUTO_ACKNOWLEDGE)) {
                            send(session, transacted);
                        }
                    }
                } catch (JMSException refused) {
                    world.history().add(process.newName() + " a sender is refused: " + refused.getMessage());
                    pause(world, 300);
                }
            }
        }

        private void send(Session session, boolean transacted) throws JMSException {
            var name = world.newName("s");
            sessions++;
            var producer = session.createProducer(world.source().destination());
            var open = new ArrayList<String>();
            for (var i = 0; i < 30 && !world.isOver(); i++) {
                var text = name + "-" + i;
                world.ledger().sending(text);
                producer.send(session.createTextMessage(text));
                open.add(text);
                if (!transacted) {
                    world.ledger().sent(open);
                    open.clear();
                } else if (world.random().nextInt(4) == 0) {
                    if (world.random().nextInt(4) == 0) {
                        session.rollback();
                    } else {
                        try {
                            session.commit();
                            world.ledger().sent(open);
                        } catch (TransactionRolledBackException undone) {
                            world.history().add(name + " is rolled back: " + undone.getMessage());
                        }
                    }
                    open.clear();
                }
                pause(world, 100);
            }
        }
    }

    /** Consumes the queue in one way after another, each for a while. */
    static final class Receiver implements SimProcess.Work {
        private final JmsWorld world;
        private final SimProcess process;
        private final boolean isAlone;
        private Order order;

        /** @param isAlone whether nobody else consumes the queue, so that what comes is in the queue's order */
        Receiver(JmsWorld world, SimProcess process, boolean isAlone) {
            this.world = world;
            this.process = process;
            this.isAlone = isAlone;
        }

        @Override
        public void run() {
            while (!world.isOver()) {
                var blocks = world.random().nextInt(3) == 0;
                try (var connection = process.connect(world.source().clientId(), JmsWorld.REDELIVERY, blocks)) {
                    connection.start();
                    while (!world.isOver() && world.random().nextInt(4) > 0) {
                        receive(connection);
                    }
                } catch (JMSException refused) {
                    world.history().add(process.newName() + " a receiver is refused: " + refused.getMessage());
                    pause(world, 300);
                }
            }
        }

        private void receive(IsthmusConnection connection) throws JMSException {
            if (order == null || order.isOff()) {
                order = new Order();
            }
            switch (world.random().nextInt(6)) {
                case 0 -> automatically(connection, Session.AUTO_ACKNOWLEDGE);
                case 1 -> automatically(connection, Session.DUPS_OK_ACKNOWLEDGE);
                case 2 -> byListener(connection);
                case 3 -> acknowledging(connection);
                default -> moving(connection);
            }
        }

        private JmsLedger.Holder newHolder(String kind) {
            return new JmsLedger.Holder(world.newName(kind), process, kind.equals("mover"));
        }

        private Message next(IsthmusConsumer consumer, JmsLedger.Holder holder) throws JMSException {
            var message =
                    switch (world.random().nextInt(4)) {
                        case 0 -> consumer.receiveNoWait();
                        case 1 -> consumer.receive(1);
                        default -> consumer.receive(1 + world.random().nextInt(1_000));
                    };
            if (message != null) {
                handed(holder, message);
            }
            return message;
        }

        private void handed(JmsLedger.Holder holder, Message message) throws JMSException {
            try {
                world.history()
                        .add(holder.name() + " has " + message.getBody(String.class) + " of "
                                + message.getLongProperty("JMS_Isthmus_Offset") + ", delivery "
                                + message.getIntProperty("JMSXDeliveryCount"));
                world.ledger().handed(holder, message);
                order.next(message.getBody(String.class));
            } catch (AssertionError finding) {
                world.found(finding);
                throw finding;
            }
        }

        private void automatically(IsthmusConnection connection, int mode) throws JMSException {
            try (var session = connection.createSession(mode)) {
                var holder = newHolder(mode == Session.AUTO_ACKNOWLEDGE ? "auto" : "dups");
                var consumer = world.source().consumer(session);
                for (var i = 0; i < 20 && !world.isOver(); i++) {
                    var message = next(consumer, holder);
                    if (message != null) {
                        world.ledger()
                                .automatic(holder, message.getBody(String.class), mode == Session.DUPS_OK_ACKNOWLEDGE);
                    }
                    if (world.random().nextInt(3) == 0) {
                        pause(world, 100);
                    }
                }
            }
        }

        private void byListener(IsthmusConnection connection) throws JMSException {
            try (var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
                var holder = newHolder("listener");
                world.source().consumer(session).setMessageListener(message -> {
                    try {
                        handed(holder, message);
                        if (world.random().nextInt(3) == 0) {
                            pause(world, 100);
                        }
                        var text = message.getBody(String.class);
                        if (world.random().nextInt(10) == 0) {
                            world.ledger().released(List.of(text));
                            order.again(List.of(text));
                            throw new IllegalStateException("a listener fails");
                        }
                        world.ledger().automatic(holder, text, false);
                    } catch (JMSException e) {
                        throw new AssertionError(e);
                    }
                });
                pause(world, 2_000);
            }
        }

        private void acknowledging(IsthmusConnection connection) throws JMSException {
            try (var session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
                    var open = new Open()) {
                var holder = newHolder("client");
                var consumer = world.source().consumer(session);
                for (var i = 0; i < 20 && !world.isOver(); i++) {
                    var message = next(consumer, holder);
                    if (message != null) {
                        open.add(message);
                    }
                    switch (world.random().nextInt(6)) {
                        case 0, 1 -> {
                            if (message != null) {
                                acknowledge(message, open);
                            }
                        }
                        case 2 -> {
                            world.history().add(holder.name() + " recovers " + open.texts);
                            open.release();
                            session.recover();
                        }
                        case 3 -> pause(world, 200);
                        case 4 -> {
                            if (world.random().nextInt(3) == 0) {
                                world.history().add(holder.name() + " closes its consumer");
                                consumer.close();
                                if (!world.source().isShared()) {
                                    open.release(); // with the next consumer, which takes its place
                                }
                                consumer = world.source().consumer(session);
                                order.off();
                            }
                        }
                        default -> {}
                    }
                }
            }
        }

        private void acknowledge(Message message, Open open) {
            var texts = List.copyOf(open.texts);
            world.ledger().acknowledging(texts);
            try {
                message.acknowledge();
                world.ledger().acknowledged(texts);
                world.history().add("acknowledged: " + texts);
                open.texts.clear();
            } catch (JMSException tooLate) {
                world.history().add("too late to acknowledge " + texts + ": " + tooLate.getMessage());
                open.release();
            }
        }

        private void moving(IsthmusConnection connection) throws JMSException {
            try (var session = connection.createSession(Session.SESSION_TRANSACTED);
                    var open = new Open()) {
                var holder = newHolder("mover");
                var consumer = world.source().consumer(session);
                var producer = session.createProducer(JmsWorld.COPIES);
                var name = world.newName("tx");
                for (var i = 0; i < 20 && !world.isOver(); i++) {
                    var message = next(consumer, holder);
                    if (message != null) {
                        open.add(message);
                        var copy = session.createTextMessage(message.getBody(String.class));
                        copy.setStringProperty("by", name);
                        producer.send(copy);
                    }
                    switch (world.random().nextInt(4)) {
                        case 0 -> {
                            commit(session, name, open);
                            name = world.newName("tx");
                        }
                        case 1 -> {
                            world.history().add(name + " rolls back " + open.texts);
                            open.release();
                            session.rollback();
                            name = world.newName("tx");
                        }
                        case 2 -> pause(world, 100);
                        default -> {}
                    }
                }
            }
        }

        private void commit(Session session, String name, Open open) throws JMSException {
            var texts = List.copyOf(open.texts);
            world.ledger().committing(texts);
            try {
                session.commit();
                world.ledger().moved(name, texts);
                world.history().add(name + " committed: " + texts);
                open.texts.clear();
            } catch (TransactionRolledBackException undone) {
                world.history().add(name + " is rolled back: " + undone.getMessage());
                open.release();
            }
        }

        /** What a session was handed and has not acknowledged; it goes back when the session is closed. */
        private final class Open implements AutoCloseable {
            private final List<String> texts = new ArrayList<>();

            private void add(Message message) throws JMSException {
                texts.add(message.getBody(String.class));
            }

            private void release() {
                world.ledger().released(texts);
                order.again(texts);
                texts.clear();
            }

            @Override
            public void close() {
                world.history().add("a session ends that has " + texts);
                release();
            }
        }

        /**
         * In which order the messages of each sender come to a session that has nobody beside it, until something is lost. Those of several senders
         * have none: what a transaction sent comes when that is committed.
         */
        private final class Order {
            private final int losses = world.losses(process);
            private final Map<String, Integer> last = new HashMap<>();
            private final Map<String, Integer> expected = new HashMap<>();
            // What it lost lately may come back only now, or have been lost by an earlier life of it.
            private boolean off = !isAlone || world.hasLostLately(process);

            private boolean isOff() {
                return off || world.losses(process) != losses;
            }

            private void off() {
                off = true;
            }

            private void next(String text) {
                if (isOff()) {
                    return;
                }
                var number = JmsLedger.number(text);
                var sender = JmsLedger.sender(text);
                assertThat(number)
                        .as("what comes next of %s", sender)
                        .isGreaterThan(last.getOrDefault(sender, -1))
                        .isEqualTo(expected.getOrDefault(sender, number));
                last.put(sender, number);
                expected.remove(sender);
            }

            /** They come again, and those of each sender before all others of it. */
            private void again(List<String> texts) {
                for (var text : texts) {
                    var number = JmsLedger.number(text);
                    last.merge(JmsLedger.sender(text), number - 1, Math::min);
                    expected.merge(JmsLedger.sender(text), number, Math::min);
                }
            }
        }
    }
}
