package org.isthmus.broker.coordinator;

/**
 * State that is nothing but the sum of the records it replayed. Owned by its shard's loop. {@link #replay} is the only method that
 * changes fields, never refuses, and reads no clock.
 *
 * @param <R> the records of this machine
 */
public interface StateMachine<R> {
    void replay(long offset, R record);
}
