package org.isthmus.broker.coordinator;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the soft state of a shard in step with its state: who waits, and whose time runs. Such state is never in the log; it begins anew
 * with every load. Called on the shard's loop.
 *
 * @param <R> the records of the shard's state machine
 */
public interface ShardObserver<R> {
    /** The log has been replayed and the shard serves from now on. */
    void loaded();

    /** A decision's records are in the log and in the state. What they let out must wait until they are committed. */
    void applied(List<R> records, CompletionStage<Void> committed);

    /** The shard is gone; whoever still waits is told why. */
    void closed(Throwable cause);
}
