package org.isthmus.jms;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.isthmus.broker.common.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken with brokers: the properties of a bean that connects to them, with Kafka's names as beans write them. Where any of them is
 * set, TLS is spoken with every broker whose address does not say {@code PLAINTEXT://}.
 */
public abstract class TlsProperties implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Kafka's names by those of the properties. */
    private static final Map<String, String> SETTINGS = TlsSettings.NAMES.stream()
            .filter(name -> !name.equals(TlsSettings.CLIENT_AUTH))
            .collect(Collectors.toMap(TlsProperties::property, Function.identity()));

    /** What was set, by Kafka's names. */
    private final TreeMap<String, String> tls = new TreeMap<>();

    /**
     * What was set; null where nothing was. Fails with {@link IllegalArgumentException} that names the setting whose value cannot be.
     */
    public final @Nullable TlsSettings tlsSettings() {
        return tls.isEmpty() ? null : TlsSettings.ofAll(tls);
    }

    /** Takes over all that is set in another bean, in place of all that is set here; where nothing is set there, nothing changes. */
    public final void takeTls(TlsProperties other) {
        if (!other.tls.isEmpty()) {
            tls.clear();
            tls.putAll(other.tls);
        }
    }

    /** Whether TLS is spoken alike. */
    protected final boolean sameTls(TlsProperties other) {
        return tls.equals(other.tls);
    }

    static Set<String> tlsProperties() {
        return SETTINGS.keySet();
    }

    /** What may be seen, by the names of the properties. */
    final Map<String, String> openTls() {
        return tls.entrySet().stream()
                .filter(one -> !one.getKey().endsWith(".password"))
                .collect(Collectors.toMap(one -> property(one.getKey()), Map.Entry::getValue));
    }

    /** Sets a property by its name; answers whether there is one of that name. */
    final boolean setTls(String property, String value) {
        var setting = SETTINGS.get(property);
        if (setting != null) {
            set(setting, value);
        }
        return setting != null;
    }

    /** {@code ssl.key.password} as {@code sslKeyPassword}. */
    private static String property(String setting) {
        var words = setting.split("\\.", -1);
        var name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i], 1, words[i].length());
        }
        return name.toString();
    }

    private String get(String setting) {
        return tls.getOrDefault(setting, "");
    }

    private void set(String setting, @Nullable String value) {
        // Servers set what is declared and left empty, too.
        if (value == null || value.isBlank()) {
            tls.remove(setting);
        } else {
            tls.put(setting, value);
        }
    }

    /** A file with the certificates that are trusted. Empty: those of the JDK. */
    public String getSslTruststoreLocation() {
        return get("ssl.truststore.location");
    }

    public void setSslTruststoreLocation(@Nullable String sslTruststoreLocation) {
        set("ssl.truststore.location", sslTruststoreLocation);
    }

    public String getSslTruststorePassword() {
        return get("ssl.truststore.password");
    }

    public void setSslTruststorePassword(@Nullable String sslTruststorePassword) {
        set("ssl.truststore.password", sslTruststorePassword);
    }

    /** {@code JKS}, which is {@code PKCS12} too, or {@code PEM}. */
    public String getSslTruststoreType() {
        return get("ssl.truststore.type");
    }

    public void setSslTruststoreType(@Nullable String sslTruststoreType) {
        set("ssl.truststore.type", sslTruststoreType);
    }

    /** A file with the own certificate and its key, for brokers that want one. */
    public String getSslKeystoreLocation() {
        return get("ssl.keystore.location");
    }

    public void setSslKeystoreLocation(@Nullable String sslKeystoreLocation) {
        set("ssl.keystore.location", sslKeystoreLocation);
    }

    public String getSslKeystorePassword() {
        return get("ssl.keystore.password");
    }

    public void setSslKeystorePassword(@Nullable String sslKeystorePassword) {
        set("ssl.keystore.password", sslKeystorePassword);
    }

    /** {@code JKS}, which is {@code PKCS12} too, or {@code PEM}. */
    public String getSslKeystoreType() {
        return get("ssl.keystore.type");
    }

    public void setSslKeystoreType(@Nullable String sslKeystoreType) {
        set("ssl.keystore.type", sslKeystoreType);
    }

    /** Of the key, where it has another than its store. */
    public String getSslKeyPassword() {
        return get("ssl.key.password");
    }

    public void setSslKeyPassword(@Nullable String sslKeyPassword) {
        set("ssl.key.password", sslKeyPassword);
    }

    /** Versions that may be spoken, with commas between them. */
    public String getSslEnabledProtocols() {
        return get("ssl.enabled.protocols");
    }

    public void setSslEnabledProtocols(@Nullable String sslEnabledProtocols) {
        set("ssl.enabled.protocols", sslEnabledProtocols);
    }

    /** What may be used, with commas between them. Empty: what the JDK thinks right. */
    public String getSslCipherSuites() {
        return get("ssl.cipher.suites");
    }

    public void setSslCipherSuites(@Nullable String sslCipherSuites) {
        set("ssl.cipher.suites", sslCipherSuites);
    }

    /** {@code https}: a broker has to show a certificate with the name of its host. {@code none}: any that is trusted will do. */
    public String getSslEndpointIdentificationAlgorithm() {
        return get("ssl.endpoint.identification.algorithm");
    }

    public void setSslEndpointIdentificationAlgorithm(@Nullable String sslEndpointIdentificationAlgorithm) {
        set("ssl.endpoint.identification.algorithm", sslEndpointIdentificationAlgorithm);
    }
}
