package org.isthmus.broker.coordinator.share;

/** What a member says of a record that it holds. */
public enum Verdict {
    /** There is no such record. */
    GAP(0),
    /** It is processed. */
    ACCEPT(1),
    /** It was delivered, and is to be delivered again. */
    RELEASE(2),
    /** It can never be processed. */
    REJECT(3),
    /** It is still being processed: the lock begins anew. */
    RENEW(4),
    /** It was fetched but never delivered; it goes back as if nobody had had it. */
    RELEASE_UNSEEN(100),
    /** It was delivered just now and stays with the member; should the member be lost, that delivery counts. */
    SEEN(101);

    private final byte type;

    Verdict(int type) {
        this.type = (byte) type;
    }

    /** Its number on the wire: Kafka's, or one of our own from 100 on. */
    public byte type() {
        return type;
    }

    public boolean isExtension() {
        return type >= 100;
    }

    /** Whether it only concerns who holds the record now, and leaves nothing that must survive. */
    boolean isSoft() {
        return this == RENEW || this == RELEASE_UNSEEN || this == SEEN;
    }
}
