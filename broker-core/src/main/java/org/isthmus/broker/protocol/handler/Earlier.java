package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;

/** The requests before one on its connection, of those that are answered in turn. Asked while that one is handed to its handler. */
@FunctionalInterface
interface Earlier {
    /** The most that can be asked after. */
    int MOST = 64;

    /** Completes, once the latest so many are done, with whether all of them {@linkplain ApiHandler#hasComeAbout have come about}. */
    CompletionStage<Boolean> haveComeAbout(int count);
}
