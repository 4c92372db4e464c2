package org.isthmus.broker.coordinator.group;

/** What became of a wish to join. */
sealed interface JoinOutcome {
    /** There is nothing to wait for: refused, or the present generation stays as it is. */
    record Answered(JoinAnswer answer) implements JoinOutcome {}

    /** The member has this id from now on, and is to come again with it. */
    record Named(String memberId) implements JoinOutcome {}

    /** The member belongs to the next generation, and is answered when that begins. */
    record Waits(String memberId) implements JoinOutcome {}
}
