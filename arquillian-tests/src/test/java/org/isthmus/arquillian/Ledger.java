package org.isthmus.arquillian;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What beans have received, in a file for each subscription, which outlive the server; and whether they are told to refuse. */
final class Ledger {
    static final Path DIRECTORY = Path.of(System.getProperty("isthmus.test.ledger"));
    private static final Path REFUSE = DIRECTORY.resolve("refuse");

    /** That of the bean that has a durable subscription for itself. */
    static final String OWN = "own";

    /** That of the beans that share a durable subscription. */
    static final String SHARED = "shared";

    private Ledger() {}

    static void refuse(boolean refuse) throws IOException {
        if (refuse) {
            Files.createFile(REFUSE);
        } else {
            Files.delete(REFUSE);
        }
    }

    /** Writes down what came by a subscription, unless it is to be refused. */
    static void add(String subscription, Message message) {
        if (Files.exists(REFUSE)) {
            throw new IllegalStateException("Refused, as told");
        }
        try {
            add(subscription, message.getBody(String.class));
        } catch (JMSException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized void add(String subscription, String text) throws IOException {
        Files.writeString(
                DIRECTORY.resolve(subscription), text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Ledger.class.notifyAll();
    }

    static List<String> received(String subscription) throws IOException {
        var file = DIRECTORY.resolve(subscription);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** In the server: returns once so many were received by each subscription, or after half a minute. */
    static synchronized int await(int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        long left = end - System.nanoTime();
        while (receivedByEach() < count && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(Ledger.class, left);
            left = end - System.nanoTime();
        }
        return receivedByEach();
    }

    private static int receivedByEach() throws IOException {
        return Math.min(received(OWN).size(), received(SHARED).size());
    }
}
