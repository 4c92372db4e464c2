package org.isthmus.arquillian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the bean has received, in a file that outlives the server; and whether it is told to refuse. */
final class Ledger {
    static final Path DIRECTORY = Path.of(System.getProperty("isthmus.test.ledger"));
    private static final Path REFUSE = DIRECTORY.resolve("refuse");
    private static final Path RECEIVED = DIRECTORY.resolve("received");

    private Ledger() {}

    static void refuse(boolean refuse) throws IOException {
        if (refuse) {
            Files.createFile(REFUSE);
        } else {
            Files.delete(REFUSE);
        }
    }

    static boolean refuses() {
        return Files.exists(REFUSE);
    }

    static synchronized void add(String text) throws IOException {
        Files.writeString(RECEIVED, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Ledger.class.notifyAll();
    }

    static List<String> received() throws IOException {
        return Files.exists(RECEIVED) ? Files.readAllLines(RECEIVED) : List.of();
    }

    /** In the server: returns once so many were received, or after half a minute. */
    static synchronized int await(int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        long left = end - System.nanoTime();
        while (received().size() < count && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(Ledger.class, left);
            left = end - System.nanoTime();
        }
        return received().size();
    }
}
