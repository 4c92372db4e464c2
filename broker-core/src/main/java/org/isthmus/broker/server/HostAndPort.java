package org.isthmus.broker.server;

import org.isthmus.broker.network.Endpoint;

/** Addresses as people write them: {@code host:port}, {@code [::1]:port}, with or without a protocol in front. */
final class HostAndPort {
    private HostAndPort() {}

    /** Fails with {@link IllegalArgumentException} that says what is wrong. */
    static Endpoint.Tcp parse(String text) {
        var protocolEnd = text.indexOf("://");
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
        return new Endpoint.Tcp(host.isEmpty() ? "0.0.0.0" : host, port(text, address.substring(colon + 1)));
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
