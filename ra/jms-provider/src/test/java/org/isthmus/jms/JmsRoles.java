package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
            var producer = session.createProducer(JmsWorld.QUEUE);
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
                try (var connection = process.connect(null, JmsWorld.REDELIVERY, blocks)) {
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
                order.next(world.ledger().handed(holder, message));
            } catch (AssertionError finding) {
                world.found(finding);
                throw finding;
            }
        }

        private void automatically(IsthmusConnection connection, int mode) throws JMSException {
            try (var session = connection.createSession(mode)) {
                var holder = newHolder(mode == Session.AUTO_ACKNOWLEDGE ? "auto" : "dups");
                var consumer = session.createConsumer(JmsWorld.QUEUE);
                for (var i = 0; i < 20 && !world.isOver(); i++) {
                    var message = next(consumer, holder);
                    if (message != null) {
                        world.ledger()
                                .automatic(
                                        holder, message.getBody(String.class), mode == Session.DUPS_OK_ACKNOWLEDGE);
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
                session.createConsumer(JmsWorld.QUEUE).setMessageListener(message -> {
                    try {
                        handed(holder, message);
                        if (world.random().nextInt(3) == 0) {
                            pause(world, 100);
                        }
                        var text = message.getBody(String.class);
                        if (world.random().nextInt(10) == 0) {
                            world.ledger().released(List.of(text));
                            order.again(List.of(message.getLongProperty("JMS_Isthmus_Offset")));
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
            var open = new Open();
            try (var session = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
                var holder = newHolder("client");
                var consumer = session.createConsumer(JmsWorld.QUEUE);
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
                            open.release();
                            session.recover();
                        }
                        case 3 -> pause(world, 200);
                        case 4 -> {
                            if (world.random().nextInt(3) == 0) {
                                consumer.close();
                                consumer = session.createConsumer(JmsWorld.QUEUE);
                                order.off();
                            }
                        }
                        default -> {}
                    }
                }
            } finally {
                open.release();
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
                open.offsets.clear();
            } catch (JMSException tooLate) {
                world.history().add("too late to acknowledge " + texts + ": " + tooLate.getMessage());
                open.release();
            }
        }

        private void moving(IsthmusConnection connection) throws JMSException {
            var open = new Open();
            try (var session = connection.createSession(Session.SESSION_TRANSACTED)) {
                var holder = newHolder("mover");
                var consumer = session.createConsumer(JmsWorld.QUEUE);
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
                            open.release();
                            session.rollback();
                            name = world.newName("tx");
                        }
                        case 2 -> pause(world, 100);
                        default -> {}
                    }
                }
            } finally {
                open.release();
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
                open.offsets.clear();
            } catch (TransactionRolledBackException undone) {
                world.history().add(name + " is rolled back: " + undone.getMessage());
                open.release();
            }
        }

        /** What a session was handed and has not acknowledged. */
        private final class Open {
            private final List<String> texts = new ArrayList<>();
            private final List<Long> offsets = new ArrayList<>();

            private void add(Message message) throws JMSException {
                texts.add(message.getBody(String.class));
                offsets.add(message.getLongProperty("JMS_Isthmus_Offset"));
            }

            private void release() {
                world.ledger().released(texts);
                order.again(offsets);
                texts.clear();
                offsets.clear();
            }
        }

        /** In which order messages come to a session that has nobody beside it, until something is lost. */
        private final class Order {
            private final int losses = world.losses(process);
            private long last = -1;
            private long expected = -1;
            private boolean off = !isAlone;

            private boolean isOff() {
                return off || world.losses(process) != losses;
            }

            private void off() {
                off = true;
            }

            private void next(long offset) {
                if (isOff()) {
                    return;
                }
                assertThat(offset).as("what comes next, in the order of the queue").isGreaterThan(last);
                if (expected >= 0) {
                    assertThat(offset).as("what comes again comes first").isEqualTo(expected);
                }
                last = offset;
                expected = -1;
            }

            private void again(List<Long> offsets) {
                offsets.stream().min(Long::compare).ifPresent(first -> {
                    last = first - 1;
                    expected = first;
                });
            }
        }
    }
}
