package org.isthmus.interop;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** A transaction of a stock producer that has written one record and decides nothing. */
final class OpenTransaction implements AutoCloseable {
    private final KafkaProducer<String, String> producer;

    private OpenTransaction(KafkaProducer<String, String> producer) {
        this.producer = producer;
    }

    static OpenTransaction begin(String address) throws Exception {
        // No broker is to end it before everything was typed at both of them.
        var config = Map.<String, Object>of(
                "bootstrap.servers", address, "transactional.id", "hanging", "transaction.timeout.ms", 600_000);
        var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("undecided", "waiting")).get();
        return new OpenTransaction(producer);
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
