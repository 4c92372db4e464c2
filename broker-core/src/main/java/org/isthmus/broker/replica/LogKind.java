package org.isthmus.broker.replica;

/** Which of a partition's logs: its records, or what lies beside them. All have the same leader and are in sync together. */
public enum LogKind {
    RECORDS(""),
    /** The state of its share groups. */
    SHARE(".share"),
    /** Records that wait for their time. */
    DELAY(".delay");

    private final String suffix;

    LogKind(String suffix) {
        this.suffix = suffix;
    }

    /** What its directory's name has behind the partition's. */
    String suffix() {
        return suffix;
    }

    /** Its place in a set of kinds. */
    public int bit() {
        return 1 << ordinal();
    }
}
