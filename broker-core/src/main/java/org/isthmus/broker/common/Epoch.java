package org.isthmus.broker.common;

/** The reign of a partition's leader. Each election raises it by one, so that what an earlier leader says is recognised. */
public record Epoch(int value) implements Comparable<Epoch> {
    public static final Epoch ZERO = new Epoch(0);

    public Epoch next() {
        return new Epoch(value + 1);
    }

    @Override
    public int compareTo(Epoch other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
