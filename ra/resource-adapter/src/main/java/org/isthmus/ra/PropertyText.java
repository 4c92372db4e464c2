package org.isthmus.ra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.network.Endpoint;

/** The adapter's text properties, read. What cannot be read is refused with the property's name and the text. */
final class PropertyText {
    private PropertyText() {}

    /** Reads {@code host:port,host:port}; an IPv6 address stands in brackets. */
    static List<Endpoint.Tcp> addresses(String property, String text) {
        var addresses = new ArrayList<Endpoint.Tcp>();
        for (var part : text.split(",", -1)) {
            if (!part.isBlank()) {
                addresses.add(address(property, part.strip()));
            }
        }
        return addresses;
    }

    private static Endpoint.Tcp address(String property, String text) {
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
                return new Endpoint.Tcp(host, port);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(property + ": no port in '" + text + "'", e);
        }
        throw new IllegalArgumentException(property + ": port out of range in '" + text + "'");
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
