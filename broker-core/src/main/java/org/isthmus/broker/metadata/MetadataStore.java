package org.isthmus.broker.metadata;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Keeps the one truth about the cluster. Safe for use by many threads. */
public interface MetadataStore extends AutoCloseable {
    /** The newest image that this process knows: one volatile read. */
    ClusterImage image();

    /** Whether this broker is registered: one volatile read. */
    SessionState session();

    /**
     * Decides on the newest image and makes the change durable before the stage completes with the image that holds it. The decision runs
     * again where another change came between, so it must have no effects of its own; what it throws fails the stage and changes nothing.
     *
     * <p>All changes that one decision makes happen together or not at all. A change of which the store does not know whether it happened is
     * looked for, never repeated blindly; while the store is not reached, the stage waits.
     */
    CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide);

    /** Tells of every newer image, in order, starting with the present one. Listeners must not block. */
    void follow(Consumer<ClusterImage> listener);

    /** Tells of every other state of the session, in order, starting with the present one. Listeners must not block. */
    void followSession(Consumer<SessionState> listener);

    @Override
    void close();
}
