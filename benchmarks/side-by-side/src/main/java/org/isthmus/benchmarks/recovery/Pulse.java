package org.isthmus.benchmarks.recovery;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A stock producer with its own defaults (idempotent, acknowledged by all in sync) that sends a small record every few milliseconds, and the
 * longest time for which nothing was acknowledged.
 */
final class Pulse implements AutoCloseable {
    private static final Duration BETWEEN = Duration.ofMillis(5);

    private final String bootstrap;
    private final String topic;
    private final Thread beating = new Thread(this::beat, "pulse");
    private volatile boolean enough;
    private long lastNanos; // guarded by this, as what follows
    private long longestNanos;
    private long count;

    private Pulse(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
    }

    static Pulse start(String bootstrap, String topic) {
        var pulse = new Pulse(bootstrap, topic);
        pulse.beating.start();
        return pulse;
    }

    private void beat() {
        var config = Map.<String, Object>of("bootstrap.servers", bootstrap);
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            while (!enough) {
                var unused = producer.send(new ProducerRecord<>(topic, 0, null, new byte[100]), (where, failure) -> {
                    if (failure == null) {
                        acknowledged();
                    }
                });
                LockSupport.parkNanos(BETWEEN.toNanos());
            }
        }
    }

    private synchronized void acknowledged() {
        var now = System.nanoTime();
        longestNanos = Math.max(longestNanos, now - lastNanos);
        lastNanos = now;
        count++;
        notifyAll();
    }

    /** Begins to count anew. */
    synchronized void begin() {
        lastNanos = System.nanoTime();
        longestNanos = 0;
        count = 0;
    }

    /** Returns once so many more are acknowledged. */
    synchronized void await(int more) throws InterruptedException {
        var wanted = count + more;
        while (count < wanted) {
            wait();
        }
    }

    /** Since it began to count. */
    synchronized Duration longestGap() {
        return Duration.ofNanos(longestNanos);
    }

    @Override
    public void close() {
        enough = true;
        try {
            beating.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
