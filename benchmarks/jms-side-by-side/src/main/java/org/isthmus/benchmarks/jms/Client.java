package org.isthmus.benchmarks.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * The measured process. Its provider is the one that {@code jndi.properties} on its class path names. For each line on its standard input, which is
 * the round's number, it runs a round and prints the figures; it ends with its input.
 */
final class Client {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private Client() {}

    /** Arguments: the row's index; then, for a broker in this JVM that has to be started, its main class and that one's argument. */
    public static void main(String[] arguments) throws Exception {
        var row = Row.ALL.get(Integer.parseInt(arguments[0]));
        // What a broker in this JVM prints is not for who started the client.
        var answers = System.out;
        System.setOut(System.err);
        if (arguments.length > 1) {
            startBroker(arguments[1], arguments[2]);
        }
        try (var connection = connect()) {
            connection.start();
            run(row.workload().open(connection), answers);
        }
        System.exit(0);
    }

    private static void run(Workload workload, PrintStream answers)
            throws IOException, JMSException, InterruptedException {
        var rounds = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = rounds.readLine(); line != null; line = rounds.readLine()) {
            var figures = workload.round(Integer.parseInt(line));
            answers.println(Arrays.stream(figures).mapToObj(Double::toString).collect(Collectors.joining(" ")));
        }
    }

    private static void startBroker(String mainClass, String argument) throws ReflectiveOperationException {
        var main = Class.forName(mainClass).getMethod("main", String[].class);
        var thread = new Thread(
                () -> {
                    try {
                        main.invoke(null, (Object) new String[] {argument});
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                    }
                },
                "broker");
        thread.setDaemon(true);
        thread.start();
    }

    // The names are of jndi.properties, which whoever started this process wrote.
    @SuppressWarnings("BanJNDI")
    private static Connection connect() throws NamingException, JMSException, InterruptedException {
        var factory = (ConnectionFactory) new InitialContext().lookup("ConnectionFactory");
        var deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            try {
                return factory.createConnection();
            } catch (JMSException e) {
                // A broker that is still starting.
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }
}
