package org.isthmus.broker.common;

/** A broker's number, unique in its cluster. */
public record BrokerId(int value) {
    /** Where there is no broker: the leader of a partition that nobody leads. */
    public static final BrokerId NONE = new BrokerId(-1);

    public boolean isNone() {
        return value < 0;
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
