package org.isthmus.broker.protocol.handler;

/** Whom the broker lets in. Safe for use by many threads. */
@FunctionalInterface
public interface Users {
    boolean admits(String name, String password);
}
