package org.isthmus.broker.coordinator.share;

/** What a member says of a record that it holds. */
public enum Verdict {
    /** There is no such record. */
    GAP,
    /** It is processed. */
    ACCEPT,
    /** It was delivered, and is to be delivered again. */
    RELEASE,
    /** It can never be processed. */
    REJECT,
    /** It is still being processed: the lock begins anew. */
    RENEW,
    /** It was fetched but never delivered; it goes back as if nobody had had it. */
    RELEASE_UNSEEN,
    /** It was delivered just now and stays with the member; should the member be lost, that delivery counts. */
    SEEN
}
