package org.isthmus.broker.runtime;

/** Something that was asked for and may still be called off. Calling it off twice, or too late, does nothing. */
@FunctionalInterface
public interface Cancellable {
    void cancel();
}
