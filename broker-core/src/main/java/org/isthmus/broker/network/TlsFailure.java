package org.isthmus.broker.network;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Why TLS did not come about, or broke, in words for people.
 *
 * @param isFinal whether the same would happen again
 */
record TlsFailure(String reason, boolean isFinal, Throwable cause) {
    static TlsFailure of(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return new TlsFailure("the other side does not speak TLS", true, cause);
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return new TlsFailure("the other side did not finish the handshake in time", false, cause);
        }
        if (cause instanceof ClosedChannelException) {
            return new TlsFailure("the other side closed the connection in the handshake", false, cause);
        }
        return new TlsFailure(String.valueOf(cause.getMessage()), cause instanceof SSLException, cause);
    }

    /** What TLS said, where an exception on its way through the channel came from it. */
    static Optional<TlsFailure> in(Throwable caught) {
        var cause = caught instanceof DecoderException && caught.getCause() != null ? caught.getCause() : caught;
        return cause instanceof SSLException ? Optional.of(of(cause)) : Optional.empty();
    }

    IOException exception(Endpoint endpoint) {
        return isFinal ? refusal(endpoint) : new IOException(message(endpoint), cause);
    }

    TlsRefusedException refusal(Endpoint endpoint) {
        return new TlsRefusedException(message(endpoint), cause);
    }

    private String message(Endpoint endpoint) {
        return "no TLS with " + endpoint + ": " + reason;
    }
}
