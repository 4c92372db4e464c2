package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Destinations that get partitions while they are used: sooner or later who uses them finds out. */
class GrowingDestinationTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("news");
    private final IsthmusQueue queue = new IsthmusQueue(own("orders"));

    @Test
    void consumersThatWaitGoOnWithWhatIsInThem() throws Exception {
        var session = session();
        var consumers = List.of(
                heard(session.createConsumer(queue)),
                heard(session().createConsumer(topic)),
                heard(session().createSharedConsumer(topic, own("shared"))),
                heard(session().createSharedDurableConsumer(topic, own("durable"))));

        grow(queue.getName());
        grow(topic.getName());
        sendToTheNewPartition(queue.getName());
        sendToTheNewPartition(topic.getName());

        for (var consumer : consumers) {
            assertThat(consumer.poll(2 * SOON, TimeUnit.MILLISECONDS)).isNotNull();
            assertThat(consumer).isEmpty();
        }
    }

    @Test
    void whatHasAKeyIsSpreadOverAllAndWhatHasNoneStaysInItsOrder() throws Exception {
        var session = session();
        var producer = session.createProducer(queue);
        var consumer = session().createConsumer(queue);
        producer.send(session.createTextMessage("first"));
        var place = partitionOf(consumer.receive(SOON));
        grow(queue.getName());

        var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * SOON);
        var key = 0;
        int keyed;
        do {
            assertThat(System.nanoTime()).isLessThan(end);
            var message = session.createTextMessage("keyed");
            message.setStringProperty("JMSXGroupID", "group " + key++);
            producer.send(message);
            keyed = partitionOf(consumer.receive(2 * SOON));
        } while (keyed == place);

        producer.send(session.createTextMessage("last"));
        assertThat(partitionOf(consumer.receive(SOON))).isEqualTo(place);
    }

    private static int partitionOf(Message message) throws JMSException {
        return message.getIntProperty("JMS_Isthmus_Partition");
    }

    private static BlockingQueue<Message> heard(MessageConsumer consumer) throws JMSException {
        var heard = new LinkedBlockingQueue<Message>();
        consumer.setMessageListener(heard::add);
        return heard;
    }

    private static void grow(String destination) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createPartitions(Map.of(destination, NewPartitions.increaseTo(2)))
                    .all()
                    .get(SOON, TimeUnit.MILLISECONDS);
        }
    }

    private static void sendToTheNewPartition(String destination) throws Exception {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(destination, 1, null, "new")).get(SOON, TimeUnit.MILLISECONDS);
        }
    }
}
