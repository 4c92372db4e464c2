package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.DiskOrder;

/** The requests before one on its connection, of those that are answered in turn. Asked while that one is handed to its handler. */
interface Earlier {
    /** The most that can be asked after. */
    int MOST = 64;

    /** Completes, once the latest so many are done, with whether all of them {@linkplain ApiHandler#hasComeAbout have come about}. */
    CompletionStage<Boolean> haveComeAbout(int count);

    /**
     * Completes with the order in which the disk gets what the latest so many were for, as soon as all of that is hurried: they come about if what is
     * hurried later does. Empty where one of them is done without that, or they have not the same one.
     */
    CompletionStage<Optional<DiskOrder>> diskOrder(int count);

    /** Lets the answers to the latest so many wait for the one to this, for a client that does nothing with them before: they leave together. */
    void leaveWithThis(int count);
}
