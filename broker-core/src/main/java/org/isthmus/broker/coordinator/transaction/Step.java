package org.isthmus.broker.coordinator.transaction;

/**
 * What a decision of the transaction coordinator leads to.
 *
 * @param <A> the answer to the request
 */
sealed interface Step<A> {
    record Answered<A>(A answer) implements Step<A> {}

    /** A producer id that nobody had before is needed; decide again with one. */
    record NeedsProducerId<A>() implements Step<A> {}

    /** An outcome is on its way to the partitions; the answer is for when readers go by it everywhere. */
    record OnceSeen<A>(A answer) implements Step<A> {}

    /** An outcome is on its way to the partitions; decide again when all have it for good. */
    record AgainAfterEnd<A>() implements Step<A> {}
}
