package org.isthmus.ra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.HostAndPort;

/** The adapter's text properties, read. What cannot be read is refused with the property's name and the text. */
final class PropertyText {
    private PropertyText() {}

    /**
     * Reads {@code host:port,host:port}; an IPv6 address stands in brackets, and one of Kafka's protocols may stand in front.
     *
     * @param tls whether TLS is spoken at an address that does not say
     */
    static List<Endpoint.Tcp> addresses(String property, String text, boolean tls) {
        var addresses = new ArrayList<Endpoint.Tcp>();
        for (var part : text.split(",", -1)) {
            if (!part.isBlank()) {
                addresses.add(address(property, part.strip(), tls));
            }
        }
        return addresses;
    }

    private static Endpoint.Tcp address(String property, String text, boolean tls) {
        int protocolEnd = text.indexOf("://");
        if (protocolEnd >= 0) {
            return address(
                    property, text.substring(protocolEnd + 3), speaksTls(property, text.substring(0, protocolEnd)));
        }
        int colon = text.lastIndexOf(':');
        var host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException(property + ": expected host:port, found '" + text + "'");
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= 65535) {
                return new Endpoint.Tcp(host, port, tls);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(property + ": no port in '" + text + "'", e);
        }
        throw new IllegalArgumentException(property + ": port out of range in '" + text + "'");
    }

    private static boolean speaksTls(String property, String protocol) {
        try {
            return HostAndPort.speaksTls(protocol);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(property + ": " + e.getMessage(), e);
        }
    }

    /** Reads {@code name=value;name=value}. */
    static Map<String, String> settings(String text) {
        var settings = new LinkedHashMap<String, String>();
        for (var part : text.split(";", -1)) {
            if (part.isBlank()) {
                continue;
            }
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("settings: expected name=value, found '" + part.strip() + "'");
            }
            settings.put(
                    part.substring(0, equals).strip(),
                    part.substring(equals + 1).strip());
        }
        return settings;
    }
}
