package org.isthmus.broker.coordinator;

import java.util.List;

/**
 * What a request leads to: records to append, and the answer that leaves once they are committed.
 *
 * @param <R> the records of the state machine
 * @param <T> the answer
 */
public record Decision<R, T>(List<R> records, T answer) {
    public static <R, T> Decision<R, T> of(T answer, List<R> records) {
        return new Decision<>(List.copyOf(records), answer);
    }

    /** An answer that changes nothing. */
    public static <R, T> Decision<R, T> answer(T answer) {
        return new Decision<>(List.of(), answer);
    }
}
