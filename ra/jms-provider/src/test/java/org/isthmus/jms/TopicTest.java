package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Sending to topics and consuming from them without a durable subscription (§4.2, §6, §7, §8). */
class TopicTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("news");

    @Test
    void subscriberGetsWhatIsPublishedAfterItWasCreated() throws JMSException {
        var session = session();
        var producer = session.createProducer(topic);
        producer.send(session.createTextMessage("before"));
        var consumer = session.createConsumer(topic);
        producer.send(session.createTextMessage("after"));

        var message = consumer.receive(SOON);

        assertThat(message.getBody(String.class)).isEqualTo("after");
        assertThat(message.getJMSDestination()).isEqualTo(topic);
        assertThat(message.getJMSRedelivered()).isFalse();
        assertThat(message.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
        assertThat(message.getIntProperty("JMS_Isthmus_Partition")).isEqualTo(0);
        assertThat(message.getLongProperty("JMS_Isthmus_Offset")).isEqualTo(1);
    }

    @Test
    void everySubscriberGetsEveryMessage() throws JMSException {
        var session = session();
        var one = session.createConsumer(topic);
        var other = session().createConsumer(topic);
        session.createProducer(topic).send(session.createTextMessage("to all"));

        assertThat(one.receive(SOON).getBody(String.class)).isEqualTo("to all");
        assertThat(other.receive(SOON).getBody(String.class)).isEqualTo("to all");
    }

    @Test
    void messagesOfOneSessionKeepTheirOrderOverManyPartitions() throws Exception {
        create(topic, 7);
        var session = session();
        var consumer = session.createConsumer(topic);
        var producer = session.createProducer(topic);
        for (int i = 0; i < 1_500; i++) {
            producer.send(session.createTextMessage(Integer.toString(i)));
        }
        for (int i = 0; i < 1_500; i++) {
            assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void groupIdentifierIsTheKeyOfTheRecordAndChoosesThePartition() throws Exception {
        create(topic, 4);
        var session = session();
        var consumer = session.createConsumer(topic);
        var message = session.createTextMessage("keyed");
        message.setStringProperty("JMSXGroupID", "21");
        session.createProducer(topic).send(message);

        // Where Kafka's own partitioner puts the key "21" among four partitions; see PartitionerTest.
        var record = records(topic, 0).get(0);
        assertThat(record.key()).asString().isEqualTo("21");
        assertThat(consumer.receive(SOON).getStringProperty("JMSXGroupID")).isEqualTo("21");
    }

    @Test
    void sessionsSpreadOverPartitions() throws Exception {
        create(topic, 4);
        var connection = started();
        var used = new HashSet<Integer>();
        for (int i = 0; i < 40; i++) {
            var session = connection.createSession();
            session.createProducer(topic).send(session.createMessage());
        }
        for (int partition = 0; partition < 4; partition++) {
            if (!records(topic, partition).isEmpty()) {
                used.add(partition);
            }
        }
        assertThat(used).hasSizeGreaterThan(1);
    }

    @Test
    void expiredMessageIsSkipped() throws Exception {
        var session = session();
        var consumer = session.createConsumer(topic);
        var producer = session.createProducer(topic);
        producer.setTimeToLive(1);
        var brief = session.createTextMessage("brief");
        producer.send(brief);
        while (System.currentTimeMillis() <= brief.getJMSExpiration()) {
            Thread.onSpinWait();
        }
        producer.setTimeToLive(0);
        producer.send(session.createTextMessage("lasting"));

        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("lasting");
    }

    @Test
    void noLocalConsumerDoesNotGetWhatItsConnectionSends() throws JMSException {
        var session = session();
        var consumer = session.createConsumer(topic, null, true);
        session.createProducer(topic).send(session.createTextMessage("own"));
        var other = session();
        other.createProducer(topic).send(other.createTextMessage("foreign"));

        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("foreign");
    }

    @Test
    void stoppedConnectionDeliversNothingUntilItIsStarted() throws JMSException {
        var connection = connect();
        var session = connection.createSession();
        var consumer = session.createConsumer(topic);
        session.createProducer(topic).send(session.createTextMessage("waiting"));

        assertThat(consumer.receive(20)).isNull();
        connection.start();
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("waiting");
    }

    @Test
    void receiveWithoutWaitAnswersNullWhereThereIsNothing() throws JMSException {
        assertThat(session().createConsumer(topic).receiveNoWait()).isNull();
    }

    @Test
    void closingTheConsumerEndsABlockedReceive() throws Exception {
        var consumer = session().createConsumer(topic);
        var received = new LinkedBlockingQueue<Object>();
        var thread = new Thread(() -> {
            try {
                var message = consumer.receive();
                received.add(message == null ? "nothing" : message);
            } catch (JMSException e) {
                received.add(e);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        consumer.close();

        assertThat(received.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("nothing");
    }

    @Test
    void listenersOfASessionAreCalledOneAtATimeInOrder() throws Exception {
        var session = session();
        var sender = session();
        var got = new LinkedBlockingQueue<String>();
        var atWork = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            var name = topic("news" + i);
            session.createConsumer(name).setMessageListener(message -> {
                boolean alone = atWork.incrementAndGet() == 1;
                got.add(alone ? name.getName().substring(0, 5) + "/" + bodyOf(message) : "two at once");
                atWork.decrementAndGet();
            });
        }
        for (int i = 0; i < 50; i++) {
            sender.createProducer(topic("news" + i % 2)).send(sender.createTextMessage(Integer.toString(i)));
        }
        var order = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            order.add(got.poll(SOON, TimeUnit.MILLISECONDS));
        }
        assertThat(order).filteredOn(it -> it.startsWith("news0/")).containsExactlyElementsOf(every(0));
        assertThat(order).filteredOn(it -> it.startsWith("news1/")).containsExactlyElementsOf(every(1));
    }

    private static List<String> every(int rest) {
        var expected = new ArrayList<String>();
        for (int i = rest; i < 50; i += 2) {
            expected.add("news" + rest + "/" + i);
        }
        return expected;
    }

    @Test
    void failingListenerGetsTheMessageAgainAsRedelivered() throws Exception {
        var session = session();
        var got = new LinkedBlockingQueue<String>();
        var calls = new AtomicInteger();
        session.createConsumer(topic).setMessageListener(message -> {
            try {
                got.add(bodyOf(message) + message.getJMSRedelivered() + message.getIntProperty("JMSXDeliveryCount"));
            } catch (JMSException e) {
                got.add(e.toString());
            }
            if (calls.incrementAndGet() == 1) {
                throw new IllegalArgumentException("not this time");
            }
        });
        var sender = session();
        sender.createProducer(topic).send(sender.createTextMessage("m"));
        sender.createProducer(topic).send(sender.createTextMessage("n"));

        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("mfalse1");
        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("mtrue2");
        assertThat(got.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("nfalse1");
    }

    @Test
    void stopReturnsOnlyWhenTheListenerHas() throws Exception {
        var connection = started();
        var session = connection.createSession();
        var inside = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var done = new LinkedBlockingQueue<String>();
        session.createConsumer(topic).setMessageListener(message -> {
            inside.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            done.add("listener");
        });
        var sender = session();
        sender.createProducer(topic).send(sender.createMessage());
        assertThat(inside.await(SOON, TimeUnit.MILLISECONDS)).isTrue();
        var stopper = new Thread(() -> {
            try {
                connection.stop();
            } catch (JMSException e) {
                done.add(e.toString());
            }
            done.add("stop");
        });
        stopper.start();
        while (stopper.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        finish.countDown();

        assertThat(done.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("listener");
        assertThat(done.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("stop");
    }

    @Test
    void listenerMustNotStopOrCloseWhatItRunsOnButMayCloseItsConsumer() throws Exception {
        var connection = started();
        var session = connection.createSession();
        var consumer = session.createConsumer(topic);
        var seen = new LinkedBlockingQueue<Object>();
        consumer.setMessageListener(message -> {
            seen.add(outcome(connection::stop));
            seen.add(outcome(connection::close));
            seen.add(outcome(session::close));
            seen.add(outcome(consumer::close));
        });
        var sender = session();
        sender.createProducer(topic).send(sender.createMessage());

        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(IllegalStateException.class);
        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(IllegalStateException.class);
        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(IllegalStateException.class);
        assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("done");
    }

    @Test
    void unacknowledgedMessagesComeAgainAfterRecover() throws JMSException {
        var session = started().createSession(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(topic);
        var producer = session.createProducer(topic);
        for (var text : List.of("a", "b", "c", "d")) {
            producer.send(session.createTextMessage(text));
        }
        consumer.receive(SOON).acknowledge();
        consumer.receive(SOON);
        consumer.receive(SOON);
        session.recover();

        var again = consumer.receive(SOON);
        assertThat(again.getBody(String.class)).isEqualTo("b");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("c");
        var first = consumer.receive(SOON);
        assertThat(first.getBody(String.class)).isEqualTo("d");
        assertThat(first.getJMSRedelivered()).isFalse();
    }
}
