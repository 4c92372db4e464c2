package org.isthmus.benchmarks.jms;

import java.util.List;

/**
 * What is measured, and what of it is shown.
 *
 * @param aim how many times Artemis's figure
 * @param warmUpRounds before those that count
 */
record Row(
        String name, List<Place> places, List<Figure> figures, int aim, int warmUpRounds, Workload.Opening workload) {
    /** Just-in-time compilers take up to a minute of their side's rounds on two processors. */
    private static final int LONG_WARM_UP = 25;
    /** For what nobody receives: it fills Artemis's memory, which comes to a standstill then. */
    private static final int SHORT_WARM_UP = 6;

    /** Where the broker is. */
    enum Place {
        IN_VM("in the JVM"),
        TCP("over TCP");

        private final String text;

        Place(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A number that a round gives: the more the better, or the less. */
    record Figure(String unit, boolean moreIsBetter) {
        /** How many times as good as theirs ours is. */
        double ratio(double ours, double theirs) {
            return moreIsBetter ? ours / theirs : theirs / ours;
        }
    }

    private static final List<Place> BOTH = List.of(Place.values());
    private static final List<Figure> MESSAGES = List.of(new Figure("messages/s", true));
    private static final List<Figure> TRANSACTIONS = List.of(new Figure("transactions/s", true));
    private static final List<Figure> LATENCY = List.of(new Figure("p50, µs", false), new Figure("p99, µs", false));

    static final List<Row> ALL = List.of(
            sending("persistent send, 1 producer", 1),
            sending("persistent send, 8 producers", 8),
            sending("persistent send, 32 producers", 32),
            new Row("receive, AUTO_ACKNOWLEDGE", BOTH, MESSAGES, 2, LONG_WARM_UP, Receiving::new),
            new Row(
                    "transaction of 1 in, 1 out",
                    BOTH,
                    TRANSACTIONS,
                    2,
                    LONG_WARM_UP,
                    connection -> new Transacting(connection, 1)),
            new Row(
                    "transaction of 100 in, 100 out",
                    BOTH,
                    TRANSACTIONS,
                    2,
                    LONG_WARM_UP,
                    connection -> new Transacting(connection, 100)),
            new Row("request/reply, temporary queue", BOTH, LATENCY, 2, LONG_WARM_UP, Requesting::new),
            new Row("selector, 100 of 100,000 waiting", BOTH, MESSAGES, 2, LONG_WARM_UP, Selecting::new),
            new Row(
                    "non-persistent send, 1 producer",
                    List.of(Place.IN_VM),
                    MESSAGES,
                    5,
                    LONG_WARM_UP,
                    UnsyncedSending::new));

    private static Row sending(String name, int producers) {
        return new Row(name, BOTH, MESSAGES, 2, SHORT_WARM_UP, connection -> new Sending(connection, producers));
    }
}
