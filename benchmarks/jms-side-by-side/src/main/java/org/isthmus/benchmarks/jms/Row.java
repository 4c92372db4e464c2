package org.isthmus.benchmarks.jms;

import java.util.List;

/**
 * What is measured, and what of it is shown.
 *
 * @param aim how many times Artemis's figure
 */
record Row(String name, List<Place> places, List<Figure> figures, int aim, Workload.Opening workload) {
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
            new Row("persistent send, 1 producer", BOTH, MESSAGES, 2, connection -> new Sending(connection, 1)),
            new Row("persistent send, 8 producers", BOTH, MESSAGES, 2, connection -> new Sending(connection, 8)),
            new Row("persistent send, 32 producers", BOTH, MESSAGES, 2, connection -> new Sending(connection, 32)),
            new Row("receive, AUTO_ACKNOWLEDGE", BOTH, MESSAGES, 2, Receiving::new),
            new Row("transaction of 1 in, 1 out", BOTH, TRANSACTIONS, 2, connection -> new Transacting(connection, 1)),
            new Row(
                    "transaction of 100 in, 100 out",
                    BOTH,
                    TRANSACTIONS,
                    2,
                    connection -> new Transacting(connection, 100)),
            new Row("request/reply, temporary queue", BOTH, LATENCY, 2, Requesting::new),
            new Row("selector, 100 of 100,000 waiting", BOTH, MESSAGES, 2, Selecting::new),
            new Row("non-persistent send, 1 producer", List.of(Place.IN_VM), MESSAGES, 5, UnsyncedSending::new));
}
