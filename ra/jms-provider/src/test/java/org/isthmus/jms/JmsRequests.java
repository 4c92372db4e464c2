package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.HashMap;
import java.util.Map;

/** Applications of the simulation that ask each other over temporary queues, and what they have asked and answered. */
final class JmsRequests {
    private static final IsthmusQueue REQUESTS = new IsthmusQueue("requests");
    private static final long PATIENCE_MS = 5_000;

    private final JmsWorld world;
    private final Map<String, Integer> answered = new HashMap<>();
    private final Map<String, Integer> heard = new HashMap<>();

    JmsRequests(JmsWorld world) {
        this.world = world;
    }

    private interface Part {
        void in(IsthmusConnection connection) throws JMSException;
    }

    private void overAndOver(SimProcess process, Part part) {
        while (!world.isOver()) {
            try (var connection = process.connect(null, JmsWorld.REDELIVERY, false)) {
                connection.start();
                while (!world.isOver() && world.random().nextInt(4) > 0) {
                    part.in(connection);
                }
            } catch (JMSException refused) {
                world.history().add(process.newName() + " is refused: " + refused.getMessage());
                JmsRoles.pause(world, 300);
            }
        }
    }

    SimProcess.Work asking(SimProcess process) {
        return () -> overAndOver(process, this::ask);
    }

    SimProcess.Work answering(SimProcess process) {
        return () -> overAndOver(process, this::answer);
    }

    private void ask(IsthmusConnection connection) throws JMSException {
        try (var session = connection.createSession()) {
            var name = world.newName("request");
            var replies = session.createTemporaryQueue();
            var producer = session.createProducer(REQUESTS);
            try (var consumer = session.createConsumer(replies)) {
                for (var i = 0; i < 5 && !world.isOver(); i++) {
                    var request = session.createTextMessage(name + "-" + i);
                    request.setJMSReplyTo(replies);
                    producer.send(request);
                    var reply = consumer.receive(PATIENCE_MS);
                    if (reply != null) {
                        hear(name, reply);
                    } else if (world.isPeaceful() && !world.isOver()) {
                        throw new AssertionError("nobody answers " + request.getText());
                    }
                }
            }
            replies.delete();
        }
    }

    /** Who is asked again because it lost its connection answers again. */
    private void hear(String name, Message reply) throws JMSException {
        var text = reply.getBody(String.class);
        world.history().add("the answer to " + text);
        assertThat(JmsLedger.sender(text)).as("whose answer it is").isEqualTo(name);
        assertThat(heard.merge(text, 1, Integer::sum))
                .as("how often the answer to %s comes", text)
                .isLessThanOrEqualTo(answered.getOrDefault(text, 0));
    }

    private void answer(IsthmusConnection connection) throws JMSException {
        try (var session = connection.createSession()) {
            var consumer = session.createConsumer(REQUESTS);
            var producer = session.createProducer(null);
            producer.setDeliveryMode(
                    world.random().nextBoolean() ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
            for (var i = 0; i < 20 && !world.isOver(); i++) {
                var request = consumer.receive(1 + world.random().nextInt(500));
                if (request == null) {
                    continue;
                }
                var text = request.getBody(String.class);
                answered.merge(text, 1, Integer::sum);
                try {
                    producer.send(request.getJMSReplyTo(), session.createTextMessage(text));
                } catch (InvalidDestinationException gone) {
                    world.history().add("nobody waits for the answer to " + text + " any more");
                }
            }
        }
    }
}
