package org.isthmus.broker.selector;

import java.util.HashSet;
import java.util.Set;

/**
 * What a message must say at least to match: one of these values, of this property. Values are equal here where a selector's {@code =} finds
 * them equal.
 */
public record Required(String property, Set<Object> values) {
    public Required {
        values = Set.copyOf(values);
    }

    Required orThatOf(Required other) {
        var either = new HashSet<>(values);
        either.addAll(other.values);
        return new Required(property, either);
    }

    /** Of its values. */
    public int[] hashes() {
        return values.stream().mapToInt(Required::hash).toArray();
    }

    /** The same number for values of messages and of selectors that are equal. */
    public static int hash(Object value) {
        // Both zeros are one number.
        return value instanceof Number number ? Double.hashCode(number.doubleValue() + 0.0) : value.hashCode();
    }
}
