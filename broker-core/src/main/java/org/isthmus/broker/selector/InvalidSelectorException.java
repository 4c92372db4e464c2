package org.isthmus.broker.selector;

/** Text that is no selector. The message says where and why. */
public final class InvalidSelectorException extends IllegalArgumentException {
    public InvalidSelectorException(String message) {
        super(message);
    }
}
