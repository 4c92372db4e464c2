package org.isthmus.broker.client;

import java.util.concurrent.CompletionStage;

/** A name that a client holds until it ends, at the latest with the client. Safe for use by many threads. */
public interface NameLease {
    /** Gives the name up; completes once others can have it, or the broker cannot be told. Never fails. */
    CompletionStage<Void> end();
}
