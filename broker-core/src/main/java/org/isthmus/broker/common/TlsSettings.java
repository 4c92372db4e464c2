package org.isthmus.broker.common;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How one side of TLS connections shows who it is, and whom it trusts, read from Kafka's names of settings. Never changes.
 *
 * @param keyStore the own certificate and its key; null: none, which a listener cannot do without
 * @param trustStore the certificates that are trusted; null: those that the JDK brings
 * @param clients what a listener wants of those who connect to it
 * @param protocols versions that may be spoken, the best first
 * @param cipherSuites that may be used; empty: what the JDK thinks right
 * @param checksHost whether who connects to a host demands a certificate with that host's name
 */
public record TlsSettings(
        @Nullable Store keyStore,
        @Nullable Store trustStore,
        ClientCertificate clients,
        List<String> protocols,
        List<String> cipherSuites,
        boolean checksHost) {
    /** For listeners only. */
    public static final String CLIENT_AUTH = "ssl.client.auth";

    private static final String PROTOCOLS = "ssl.enabled.protocols";
    private static final String CIPHER_SUITES = "ssl.cipher.suites";
    private static final String HOST_CHECK = "ssl.endpoint.identification.algorithm";
    private static final String KEY_PASSWORD = "ssl.key.password";
    private static final String KEY_STORE = "ssl.keystore";
    private static final String TRUST_STORE = "ssl.truststore";

    /** Every setting that is understood. */
    public static final Set<String> NAMES = Set.of(
            KEY_STORE + ".location",
            KEY_STORE + ".password",
            KEY_STORE + ".type",
            KEY_PASSWORD,
            TRUST_STORE + ".location",
            TRUST_STORE + ".password",
            TRUST_STORE + ".type",
            CLIENT_AUTH,
            PROTOCOLS,
            CIPHER_SUITES,
            HOST_CHECK);

    public static final TlsSettings DEFAULT = of(Map.of());

    /** Whether who connects has to show a certificate. */
    public enum ClientCertificate {
        NONE,
        REQUESTED,
        REQUIRED
    }

    /** The forms of a store: those of the JDK, which reads each under the other's name too, and text. */
    public enum StoreType {
        JKS,
        PKCS12,
        PEM
    }

    /**
     * A file with keys or certificates.
     *
     * @param password of the store; null: it has none, and its integrity is not checked
     * @param keyPassword of the key in it, where that has another than the store
     */
    public record Store(
            Path location,
            StoreType type,
            @Nullable String password,
            @Nullable String keyPassword) {
        /** Without the passwords. */
        @Override
        public String toString() {
            return type + " " + location;
        }
    }

    /** Fails with {@link IllegalArgumentException} that names the setting whose value cannot be. Others than {@link #NAMES} are passed over. */
    public static TlsSettings of(Map<String, String> settings) {
        var named = new Named(settings);
        return new TlsSettings(
                named.store(KEY_STORE, named.secret(KEY_PASSWORD)),
                named.store(TRUST_STORE, null),
                named.choice(CLIENT_AUTH, ClientCertificate.NONE),
                named.list(PROTOCOLS, "TLSv1.3,TLSv1.2"),
                named.list(CIPHER_SUITES, ""),
                named.checksHost());
    }

    /** As {@link #of}, for who has no other settings of this kind: a name that begins like these and is none of them is refused. */
    public static TlsSettings ofAll(Map<String, String> settings) {
        for (var name : settings.keySet()) {
            if (name.startsWith("ssl.") && !NAMES.contains(name)) {
                throw new IllegalArgumentException(name + " is not known; there are " + new TreeSet<>(NAMES));
            }
        }
        return of(settings);
    }

    private record Named(Map<String, String> settings) {
        private String text(String name, String usual) {
            return settings.getOrDefault(name, usual).strip();
        }

        /** As it stands: spaces belong to a password. */
        @Nullable
        String secret(String name) {
            var secret = settings.get(name);
            return secret == null || secret.isEmpty() ? null : secret;
        }

        @Nullable
        Store store(String prefix, @Nullable String keyPassword) {
            var location = text(prefix + ".location", "");
            return location.isEmpty()
                    ? null
                    : new Store(
                            Path.of(location),
                            choice(prefix + ".type", StoreType.JKS),
                            secret(prefix + ".password"),
                            keyPassword);
        }

        <E extends Enum<E>> E choice(String name, E usual) {
            var text = text(name, "");
            var choices = usual.getDeclaringClass().getEnumConstants();
            return text.isEmpty()
                    ? usual
                    : Arrays.stream(choices)
                            .filter(choice -> choice.name().equalsIgnoreCase(text))
                            .findFirst()
                            .orElseThrow(() -> new IllegalArgumentException(
                                    name + " is one of " + List.of(choices) + ", not " + text));
        }

        List<String> list(String name, String usual) {
            return Arrays.stream(text(name, usual).split(","))
                    .map(String::strip)
                    .filter(word -> !word.isEmpty())
                    .toList();
        }

        boolean checksHost() {
            return switch (text(HOST_CHECK, "https").toLowerCase(Locale.ROOT)) {
                case "https" -> true;
                case "", "none" -> false;
                default ->
                    throw new IllegalArgumentException(
                            HOST_CHECK + " is https, or none or empty, not " + settings.get(HOST_CHECK));
            };
        }
    }
}
