package org.isthmus.broker.network;

import java.io.IOException;

/** The two sides of a connection do not agree on TLS: one does not trust the other, or they have no version or cipher in common. */
public final class TlsRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    TlsRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
