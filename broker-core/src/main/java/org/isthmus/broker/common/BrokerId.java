package org.isthmus.broker.common;

/** A broker's number, unique in its cluster. */
public record BrokerId(int value) {
    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
