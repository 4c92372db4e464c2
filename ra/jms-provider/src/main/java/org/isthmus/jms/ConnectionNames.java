package org.isthmus.jms;

import java.security.SecureRandom;
import java.util.Base64;

/** Names that no two connections anywhere share: message identifiers begin with them (§3.4.3). */
final class ConnectionNames {
    private static final SecureRandom RANDOM = new SecureRandom();

    private ConnectionNames() {}

    /** 72 random bits in twelve characters. */
    static String next() {
        var bits = new byte[9];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }
}
