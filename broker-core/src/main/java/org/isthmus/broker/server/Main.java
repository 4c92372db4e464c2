package org.isthmus.broker.server;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.isthmus.broker.network.Endpoint;

/** The command line: one broker in a process of its own. Says one line on standard output when it is ready; logs go to standard error. */
public final class Main {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Main() {}

    public static void main(String[] arguments) {
        beQuiet();
        var code = run(System.out, System.err, arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** One line for each event, and nothing from libraries that look for a logging back end. What the user set stays. */
    private static void beQuiet() {
        setUnlessSet("java.util.logging.SimpleFormatter.format", "%1$tF %1$tT.%1$tL %4$s [%3$s] %5$s%6$s%n");
        setUnlessSet("slf4j.internal.verbosity", "ERROR");
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Returns what the process ends with where it does not serve; a broker that serves goes on after this. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        if (CommandLine.asksForHelp(arguments)) {
            out.print(CommandLine.USAGE + OperatorCommands.USAGE);
            return 0;
        }
        var isOperating = arguments.length > 0 && OperatorCommands.NAMES.contains(arguments[0]);
        try {
            if (isOperating) {
                OperatorCommands.run(out, arguments);
            } else {
                serve(CommandLine.parse(arguments), out);
            }
            return 0;
        } catch (CommandLine.UsageException e) {
            err.println("isthmus-broker: " + e.getMessage());
            err.print(isOperating ? OperatorCommands.USAGE : CommandLine.USAGE);
            return MISUSED;
        } catch (IllegalArgumentException e) {
            err.println("isthmus-broker: " + e.getMessage());
            return MISUSED;
        } catch (IOException e) {
            err.println("isthmus-broker: " + e.getMessage());
            return FAILED;
        }
    }

    private static void serve(BrokerConfig config, PrintStream out) throws IOException {
        var broker = EmbeddedBroker.acquire(config);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, out), "isthmus-stop"));
        out.println("Isthmus broker ready: "
                + broker.listeners().stream().map(Endpoint.Tcp::toString).collect(Collectors.joining(","))
                + " data=" + broker.endpoint().name());
        out.flush();
        stayAlive();
    }

    /** The broker's own threads are daemons, so that an embedded one never keeps its host from ending. */
    private static void stayAlive() {
        new Thread(
                        () -> {
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "isthmus-main")
                .start();
    }

    private static void stop(EmbeddedBroker broker, PrintStream out) {
        broker.close();
        out.flush();
        // Being told to stop and having stopped is success, which the JVM by itself would report as death by a signal.
        Runtime.getRuntime().halt(0);
    }
}
