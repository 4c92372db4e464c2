package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Where a subscription begins that is new. */
class StartFromTest extends RealBrokerTest {
    private final String name = own("history");

    private void publish(String text) throws JMSException {
        var session = session();
        session.createProducer(new IsthmusTopic(name)).send(session.createTextMessage(text));
    }

    @Test
    void topicSaysWhereItsSubscriptionsBegin() throws JMSException {
        publish("a");
        var session = session();
        var earliest = session.createTopic(name + "?startFrom=earliest");
        assertThat(earliest).isEqualTo(new IsthmusTopic(name));
        assertThat(session.createConsumer(earliest).receive(SOON).getBody(String.class))
                .isEqualTo("a");
        var durable = session.createSharedDurableConsumer(earliest, own("s"));
        assertThat(durable.receive(SOON).getBody(String.class)).isEqualTo("a");
        var shared = session.createSharedConsumer(earliest, own("s"));
        assertThat(shared.receive(SOON).getBody(String.class)).isEqualTo("a");

        var latest = session.createSharedConsumer(session.createTopic(name + "?startFrom=latest"), own("t"));
        publish("b");
        assertThat(latest.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void subscriptionThatIsThereGoesOnWhereItWas() throws JMSException {
        publish("a");
        var session = session();
        var earliest = session.createTopic(name + "?startFrom=earliest");
        var consumer = session.createSharedDurableConsumer(earliest, own("s"));
        assertThat(consumer.receive(SOON)).isNotNull();
        consumer.close();
        publish("b");
        var again = session.createSharedDurableConsumer(earliest, own("s"));
        assertThat(again.receive(SOON).getBody(String.class)).isEqualTo("b");
    }

    @Test
    void timeIsAPlaceToo() throws Exception {
        publish("a");
        long between = records(new IsthmusTopic(name), 0).get(0).timestampMs() + 1;
        while (System.currentTimeMillis() < between) {
            Thread.onSpinWait();
        }
        publish("b");
        var session = session();
        for (var time : new String[] {
            Long.toString(between), Instant.ofEpochMilli(between).toString()
        }) {
            var since = session.createTopic(name + "?startFrom=" + time);
            assertThat(session.createConsumer(since).receive(SOON).getBody(String.class))
                    .isEqualTo("b");
            assertThat(session.createSharedConsumer(since, own(time))
                            .receive(SOON)
                            .getBody(String.class))
                    .isEqualTo("b");
        }
    }

    @Test
    void factorySaysItForTopicsThatDoNot() throws JMSException {
        publish("a");
        var factory = new IsthmusConnectionFactory(bootstrapServers());
        factory.setStartFrom("earliest");
        try (var context = factory.createContext()) {
            var consumer = context.createConsumer(context.createTopic(name));
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("a");
        }
        factory.setStartFrom("yesterday");
        assertThatThrownBy(factory::createConnection).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> session().createTopic(name + "?startFrom=soon"))
                .isInstanceOf(InvalidDestinationException.class);
    }
}
