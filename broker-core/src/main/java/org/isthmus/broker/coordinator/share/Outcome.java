package org.isthmus.broker.coordinator.share;

/** Why a group is done with a record. */
enum Outcome {
    /** A member acknowledged it. */
    ACKNOWLEDGED(0),
    /** It was rejected, or came back too often. */
    ARCHIVED(1),
    /** There was nothing for this group: no record at this offset any more, or one that its interest does not cover. */
    ABSENT(2),
    /** Its time was over before it could be handed out. */
    EXPIRED(3);

    private final byte code;

    Outcome(int code) {
        this.code = (byte) code;
    }

    /** Its number in the log. */
    byte code() {
        return code;
    }

    static Outcome of(byte code) {
        for (var outcome : values()) {
            if (outcome.code == code) {
                return outcome;
            }
        }
        throw new IllegalArgumentException("no outcome has the code " + code);
    }
}
