package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What many threads may use at once (§2.14): factories, destinations and connections, each with sessions of its own. */
@Timeout(60)
class ConcurrencySpecTest extends SpecTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = 20;

    private static <T> List<T> allOf(Callable<T> work) throws Exception {
        var threads = Executors.newFixedThreadPool(THREADS);
        try {
            var results = new ArrayList<T>();
            for (Future<T> done : threads.invokeAll(Collections.nCopies(THREADS, work))) {
                results.add(done.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void connectionAndDestinationServeManyThreads_2_14() throws Exception {
        var queue = queue();
        var connection = started();
        allOf(() -> {
            for (int round = 0; round < ROUNDS; round++) {
                try (var session = connection.createSession()) {
                    session.createProducer(queue).send(session.createTextMessage(session.toString()));
                }
                assertThat(connection.getMetaData().getJMSMajorVersion()).isEqualTo(3);
                connection.start();
            }
            return "done";
        });
        var left = new AtomicInteger(THREADS * ROUNDS);
        allOf(() -> {
            try (var session = connection.createSession();
                    var consumer = session.createConsumer(queue)) {
                while (left.get() > 0) {
                    if (consumer.receive(100) != null) {
                        left.decrementAndGet();
                    }
                }
            }
            return "done";
        });
        assertThat(left).hasValue(0);
        assertThat(session().createConsumer(queue).receiveNoWait()).isNull();
    }

    @Test
    void factoryServesManyThreads_2_14() throws Exception {
        var factory = factory();
        var queue = queue();
        var identifiers = allOf(() -> {
            var sent = new HashSet<String>();
            for (int round = 0; round < ROUNDS; round++) {
                try (var context = factory.createContext()) {
                    var message = context.createTextMessage("of a thread");
                    context.createProducer().send(queue, message);
                    sent.add(message.getJMSMessageID());
                }
            }
            return sent;
        });
        var all = new HashSet<String>();
        identifiers.forEach(all::addAll);
        assertThat(all).hasSize(THREADS * ROUNDS);
    }
}
