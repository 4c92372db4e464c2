package org.isthmus.broker.server;

import java.util.Locale;
import org.isthmus.broker.network.Endpoint;

/**
 * Addresses as people write them: {@code host:port}, {@code [::1]:port}, with or without one of Kafka's protocols in front, as in {@code
 * SSL://host:port}.
 */
public final class HostAndPort {
    private HostAndPort() {}

    /** Fails with {@link IllegalArgumentException} that says what is wrong. */
    public static Endpoint.Tcp parse(String text) {
        var protocolEnd = text.indexOf("://");
        var tls = protocolEnd >= 0 && speaksTls(text.substring(0, protocolEnd).strip());
        var address = (protocolEnd < 0 ? text : text.substring(protocolEnd + 3)).strip();
        var colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' is not an address of the form host:port");
        }
        var host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException("'" + text + "' needs brackets around its host: [host]:port");
        }
        // No host means every address of the machine, as in Kafka.
        return new Endpoint.Tcp(host.isEmpty() ? "0.0.0.0" : host, port(text, address.substring(colon + 1)), tls);
    }

    /** Whether one of Kafka's protocols is one over TLS. Whether users say who they are is not the listener's to tell but the broker's. */
    public static boolean speaksTls(String protocol) {
        return switch (protocol.toUpperCase(Locale.ROOT)) {
            case "SSL", "SASL_SSL" -> true;
            case "PLAINTEXT", "SASL_PLAINTEXT" -> false;
            // Taken for one without TLS it could be one that was meant to be safe.
            default ->
                throw new IllegalArgumentException(
                        "'" + protocol + "' is none of the protocols PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL");
        };
    }

    private static int port(String text, String digits) {
        try {
            var port = Integer.parseInt(digits);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has no number for a port", e);
        }
        throw new IllegalArgumentException("'" + text + "' has a port outside of 0 to 65535");
    }
}
