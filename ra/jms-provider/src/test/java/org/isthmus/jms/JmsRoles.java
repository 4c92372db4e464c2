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
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/** What applications do in the simulation of JMS beside sending: each is a program with the API, on a thread of its own. */
final class JmsRoles {
    private JmsRoles() {}

    /** Has the thread of the application wait a while. */
    static void pause(JmsWorld world, int mostMs) {
        SimProcess.running().pause(Duration.ofMillis(1 + world.random().nextInt(mostMs)));
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
                } catch (JMSException | XAException refused) {
                    world.history().add(process.newName() + " a receiver is refused: " + refused.getMessage());
                    pause(world, 300);
                }
            }
        }

        private void receive(IsthmusXAConnection connection) throws JMSException, XAException {
            if (order == null || order.isOff()) {
                order = new Order();
            }
            if (world.features().branches() && world.random().nextInt(3) == 0) {
                inBranches(connection);
                return;
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
            return new JmsLedger.Holder(world.newName(kind), process, false, world.newChoice());
        }

        /** Of one that acknowledges in transactions. */
        private JmsLedger.Holder newMover(String kind) {
            return new JmsLedger.Holder(world.newName(kind), process, true, world.newChoice());
        }

        private IsthmusConsumer consumer(IsthmusSession session, JmsLedger.Holder holder) throws JMSException {
            return world.source().consumer(session, holder.choice());
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
                var consumer = consumer(session, holder);
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
                consumer(session, holder).setMessageListener(message -> {
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
                var consumer = consumer(session, holder);
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
                                consumer = consumer(session, holder);
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
                var holder = newMover("mover");
                var consumer = consumer(session, holder);
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

        /** Moves messages in branches, and is their transaction manager. */
        private void inBranches(IsthmusXAConnection connection) throws JMSException, XAException {
            try (var session = connection.createXASession();
                    var open = new Open()) {
                var holder = newMover("brancher");
                var resource = session.getXAResource();
                var consumer = consumer(session, holder);
                var producer = session.createProducer(JmsWorld.COPIES);
                for (var i = 0; i < 5 && !world.isOver(); i++) {
                    var branch = world.newBranch();
                    resource.start(branch, XAResource.TMNOFLAGS);
                    for (var j = 1 + world.random().nextInt(5); j > 0; j--) {
                        var message = next(consumer, holder);
                        if (message != null) {
                            open.add(message);
                            var copy = session.createTextMessage(message.getBody(String.class));
                            copy.setStringProperty("by", branch.name());
                            producer.send(copy);
                        }
                    }
                    resource.end(branch, XAResource.TMSUCCESS);
                    branch.texts().addAll(open.texts);
                    end(resource, branch, open);
                    open.texts.clear();
                    if (world.random().nextInt(3) == 0) {
                        pause(world, 100);
                    }
                }
            }
        }

        private void end(XAResource resource, JmsBranch branch, Open open) throws XAException {
            switch (world.random().nextInt(4)) {
                case 0 -> {
                    world.history().add(branch.name() + " is to be rolled back: " + branch.texts());
                    open.release();
                    resource.rollback(branch);
                }
                case 1 -> {
                    world.ledger().committing(branch.texts());
                    resource.commit(branch, true);
                    world.ended(branch, true);
                }
                default -> {
                    world.ledger().committing(branch.texts());
                    if (resource.prepare(branch) == XAResource.XA_OK) {
                        world.ledger().prepared(branch.texts());
                        world.history().add(branch.name() + " is prepared: " + branch.texts());
                        endPrepared(resource, branch);
                    }
                }
            }
        }

        private void endPrepared(XAResource resource, JmsBranch branch) throws XAException {
            if (world.random().nextInt(3) == 0) {
                order.again(branch.texts());
            } else {
                branch.decideToCommit();
            }
            if (world.random().nextInt(4) == 0) {
                pause(world, 500);
            }
            world.end(resource, branch);
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
                var lane = lane(text);
                assertThat(number)
                        .as("what comes next of %s", lane)
                        .isGreaterThan(last.getOrDefault(lane, -1))
                        .isEqualTo(expected.getOrDefault(lane, number));
                last.put(lane, number);
                expected.remove(lane);
            }

            /** What has an order: of one sender, and where consumers choose, of one kind. */
            private String lane(String text) {
                return JmsLedger.sender(text)
                        + (world.features().selectors() ? " of kind " + JmsLedger.kind(text) : "");
            }

            /** They come again, and those of each sender before all others of it, if they come. */
            private void again(List<String> texts) {
                for (var text : texts) {
                    var number = JmsLedger.number(text);
                    last.merge(lane(text), number - 1, Math::min);
                    if (!text.startsWith(JmsLedger.FLEETING)) {
                        expected.merge(lane(text), number, Math::min);
                    }
                }
            }
        }
    }
}
