package org.isthmus.arquillian;

/**
 * When a server dies in a transaction over its queues, a database and a resource that kills it. Managers go by the order in which they were told
 * of resources, so the killer's place in it decides who has gone before. A bean's own queue is always ahead of what the bean does.
 */
enum Death {
    NEVER(Phase.NONE, Place.LAST),
    /** Nobody has prepared; by a bean: its queue has. */
    FIRST_TO_PREPARE(Phase.PREPARE, Place.FIRST),
    /** The database has prepared and the queues have not. */
    BETWEEN_PREPARES(Phase.PREPARE, Place.AFTER_THE_DATABASE),
    /** All have prepared and nothing is decided. */
    LAST_TO_PREPARE(Phase.PREPARE, Place.LAST),
    /** The decision is written and nobody has committed; by a bean: its queue has. */
    FIRST_TO_COMMIT(Phase.COMMIT, Place.FIRST),
    /** The database has committed and the queues have not. */
    BETWEEN_COMMITS(Phase.COMMIT, Place.AFTER_THE_DATABASE),
    /** All have committed and the manager does not know yet. */
    LAST_TO_COMMIT(Phase.COMMIT, Place.LAST);

    enum Phase {
        NONE,
        PREPARE,
        COMMIT
    }

    enum Place {
        FIRST,
        AFTER_THE_DATABASE,
        LAST
    }

    private final Phase phase;
    private final Place place;

    Death(Phase phase, Place place) {
        this.phase = phase;
        this.place = place;
    }

    Phase phase() {
        return phase;
    }

    Place place() {
        return place;
    }
}
