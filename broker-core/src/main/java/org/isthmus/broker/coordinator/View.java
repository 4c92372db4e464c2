package org.isthmus.broker.coordinator;

import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a decision may look at: the state, the time in milliseconds since 1970, and a source of identifiers. A decision that looks at
 * nothing else can be repeated in a test.
 *
 * @param <S> the state machine
 */
public record View<S>(S state, long nowMs, Supplier<UUID> ids) {}
