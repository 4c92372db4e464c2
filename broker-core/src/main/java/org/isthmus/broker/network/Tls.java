package org.isthmus.broker.network;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.common.TlsSettings.ClientCertificate;
import org.isthmus.broker.common.TlsSettings.Store;
import org.isthmus.broker.common.TlsSettings.StoreType;
import org.jspecify.annotations.Nullable;

/**
 * Keys and certificates, read and ready for connections of one side: of a listener, or of who connects. The JDK's own TLS does the work. Never
 * changes; safe for use by many threads.
 */
public final class Tls {
    private static final long HANDSHAKE_TIMEOUT_MS = 10_000;

    private final SslContext context;

    private Tls(SslContext context) {
        this.context = context;
    }

    /** For listeners. Fails with {@link IllegalArgumentException} that names the setting which does not do. */
    public static Tls ofListener(TlsSettings settings) {
        var own = settings.keyStore();
        if (own == null) {
            throw new IllegalArgumentException("a listener that speaks TLS needs a certificate: ssl.keystore.location");
        }
        var builder = reading("ssl.keystore.location", own, Tls::listening)
                .clientAuth(
                        switch (settings.clients()) {
                            case NONE -> ClientAuth.NONE;
                            case REQUESTED -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        });
        if (settings.clients() != ClientCertificate.NONE && settings.trustStore() == null) {
            throw new IllegalArgumentException("ssl.client.auth=" + settings.clients()
                    + " needs to be told whose certificates are trusted: ssl.truststore.location");
        }
        return new Tls(build(trusting(builder, settings.trustStore()), settings));
    }

    /** For who connects. Fails with {@link IllegalArgumentException} that names the setting which does not do. */
    public static Tls ofClient(TlsSettings settings) {
        var builder =
                SslContextBuilder.forClient().endpointIdentificationAlgorithm(settings.checksHost() ? "HTTPS" : null);
        var own = settings.keyStore();
        if (own != null) {
            reading("ssl.keystore.location", own, store -> showing(builder, store));
        }
        return new Tls(build(trusting(builder, settings.trustStore()), settings));
    }

    private static SslContext build(SslContextBuilder builder, TlsSettings settings) {
        try {
            builder.sslProvider(SslProvider.JDK).protocols(settings.protocols());
            if (!settings.cipherSuites().isEmpty()) {
                builder.ciphers(settings.cipherSuites());
            }
            var context = builder.build();
            // A version or a cipher that the JDK does not have would be found out by the first connection only.
            context.newEngine(ByteBufAllocator.DEFAULT).closeOutbound();
            return context;
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "ssl.enabled.protocols=" + settings.protocols() + ", ssl.cipher.suites=" + settings.cipherSuites()
                            + ": " + e.getMessage(),
                    e);
        }
    }

    private static SslContextBuilder listening(Store store) throws IOException, GeneralSecurityException {
        if (store.type() == StoreType.PEM) {
            var pem = Files.readAllBytes(store.location());
            return SslContextBuilder.forServer(stream(pem), stream(pem), keyPassword(store));
        }
        return SslContextBuilder.forServer(keys(store));
    }

    private static SslContextBuilder showing(SslContextBuilder builder, Store store)
            throws IOException, GeneralSecurityException {
        if (store.type() == StoreType.PEM) {
            var pem = Files.readAllBytes(store.location());
            return builder.keyManager(stream(pem), stream(pem), keyPassword(store));
        }
        return builder.keyManager(keys(store));
    }

    private static SslContextBuilder trusting(SslContextBuilder builder, @Nullable Store store) {
        if (store == null) {
            return builder;
        }
        return reading("ssl.truststore.location", store, trusted -> {
            if (trusted.type() == StoreType.PEM) {
                return builder.trustManager(stream(Files.readAllBytes(trusted.location())));
            }
            var certificates = open(trusted);
            if (certificates.size() == 0) {
                // Without its password a PKCS12 store shows none.
                throw new IOException("there is no certificate in it, or none without ssl.truststore.password");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(certificates);
            return builder.trustManager(trust);
        });
    }

    private static KeyManagerFactory keys(Store store) throws IOException, GeneralSecurityException {
        var password = keyPassword(store);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(open(store), password == null ? new char[0] : password.toCharArray());
        return keys;
    }

    private static KeyStore open(Store store) throws IOException, GeneralSecurityException {
        var opened = KeyStore.getInstance(store.type().name());
        var password = store.password();
        try (var file = Files.newInputStream(store.location())) {
            opened.load(file, password == null ? null : password.toCharArray());
        }
        return opened;
    }

    private static @Nullable String keyPassword(Store store) {
        return store.keyPassword() == null ? store.password() : store.keyPassword();
    }

    private static InputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    @FunctionalInterface
    private interface StoreReader {
        SslContextBuilder read(Store store) throws IOException, GeneralSecurityException;
    }

    private static SslContextBuilder reading(String setting, Store store, StoreReader reader) {
        try {
            return reader.read(store);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(setting + ": cannot use " + store + ": " + reason(e), e);
        }
    }

    /** What a file that is not there is called by the JDK is its name alone. */
    private static String reason(Exception e) {
        return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }

    SslHandler accepting(ByteBufAllocator buffers) {
        return limited(context.newHandler(buffers));
    }

    SslHandler connecting(ByteBufAllocator buffers, Endpoint.Tcp endpoint) {
        return limited(context.newHandler(buffers, endpoint.host(), endpoint.port()));
    }

    private static SslHandler limited(SslHandler handler) {
        handler.setHandshakeTimeout(HANDSHAKE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        return handler;
    }
}
