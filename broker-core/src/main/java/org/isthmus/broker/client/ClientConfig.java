package org.isthmus.broker.client;

import java.time.Duration;
import org.isthmus.broker.common.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a client behaves.
 *
 * @param clientId the name that brokers see
 * @param requestTimeout how long a call may take in all, retries included, before it fails with {@code REQUEST_TIMED_OUT}
 * @param maxBatchBytes most bytes of records in one batch
 * @param maxPendingBytes most bytes of records on their way; a send beyond it blocks its caller until there is room
 * @param maxFetchBytes most bytes that one fetch brings
 * @param transactionPatience how long brokers that know of it keep an open transaction of which they hear nothing: then this client counts as lost
 * @param credentials who it is, or null for nobody in particular; only told to brokers that ask
 * @param tls how it speaks TLS to every broker that it does not reach inside the JVM, or null for no TLS
 */
public record ClientConfig(
        String clientId,
        Duration requestTimeout,
        int maxBatchBytes,
        int maxPendingBytes,
        int maxFetchBytes,
        Duration transactionPatience,
        @Nullable Credentials credentials,
        @Nullable TlsSettings tls) {
    /** What a disk writes at once about as fast as more, and share groups take apart without much work. */
    private static final int MAX_BATCH_BYTES = 64 << 10;

    public static ClientConfig defaults(String clientId) {
        return new ClientConfig(
                clientId,
                Duration.ofSeconds(30),
                MAX_BATCH_BYTES,
                32 << 20,
                4 << 20,
                Duration.ofSeconds(20),
                null,
                null);
    }

    public ClientConfig withRequestTimeout(Duration timeout) {
        return new ClientConfig(
                clientId,
                timeout,
                maxBatchBytes,
                maxPendingBytes,
                maxFetchBytes,
                transactionPatience,
                credentials,
                tls);
    }

    public ClientConfig withTransactionPatience(Duration patience) {
        return new ClientConfig(
                clientId, requestTimeout, maxBatchBytes, maxPendingBytes, maxFetchBytes, patience, credentials, tls);
    }

    public ClientConfig withCredentials(@Nullable Credentials who) {
        return new ClientConfig(
                clientId, requestTimeout, maxBatchBytes, maxPendingBytes, maxFetchBytes, transactionPatience, who, tls);
    }

    public ClientConfig withTls(@Nullable TlsSettings how) {
        return new ClientConfig(
                clientId,
                requestTimeout,
                maxBatchBytes,
                maxPendingBytes,
                maxFetchBytes,
                transactionPatience,
                credentials,
                how);
    }
}
