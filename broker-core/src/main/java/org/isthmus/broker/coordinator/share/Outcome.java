package org.isthmus.broker.coordinator.share;

/** Why a group is done with a record. */
enum Outcome {
    /** A member acknowledged it. */
    ACKNOWLEDGED,
    /** It was rejected, or came back too often. */
    ARCHIVED,
    /** There was nothing for this group: no record at this offset any more, or one that its interest does not cover. */
    ABSENT
}
