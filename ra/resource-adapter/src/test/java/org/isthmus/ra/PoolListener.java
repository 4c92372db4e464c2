package org.isthmus.ra;

import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;

/** A pool that wants to know what is closed, and nothing else. */
interface PoolListener extends ConnectionEventListener {
    @Override
    default void localTransactionStarted(ConnectionEvent event) {}

    @Override
    default void localTransactionCommitted(ConnectionEvent event) {}

    @Override
    default void localTransactionRolledback(ConnectionEvent event) {}

    @Override
    default void connectionErrorOccurred(ConnectionEvent event) {}
}
