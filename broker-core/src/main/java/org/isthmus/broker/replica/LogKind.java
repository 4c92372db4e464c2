package org.isthmus.broker.replica;

import java.util.Arrays;
import java.util.Optional;

/** Which of a partition's logs: its records, or what lies beside them. All have the same leader and are in sync together. */
public enum LogKind {
    RECORDS(0, ""),
    /** The state of its share groups. */
    SHARE(1, ".share"),
    /** Records that wait for their time. */
    DELAY(2, ".delay");

    private final int number;
    private final String suffix;

    LogKind(int number, String suffix) {
        this.number = number;
        this.suffix = suffix;
    }

    /** What its directory's name has behind the partition's. */
    String suffix() {
        return suffix;
    }

    /** The same in every version of the broker. */
    public int number() {
        return number;
    }

    /** The kind of this number, where there is one. */
    public static Optional<LogKind> of(int number) {
        return Arrays.stream(values()).filter(kind -> kind.number == number).findFirst();
    }

    /** Its place in a set of kinds. */
    public int bit() {
        return 1 << number;
    }
}
