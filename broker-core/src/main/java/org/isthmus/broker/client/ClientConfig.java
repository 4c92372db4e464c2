package org.isthmus.broker.client;

import java.time.Duration;

/**
 * How a client behaves.
 *
 * @param clientId the name that brokers see
 * @param requestTimeout how long a call may take in all, retries included, before it fails with {@code REQUEST_TIMED_OUT}
 * @param maxBatchBytes most bytes of records in one batch
 * @param maxPendingBytes most bytes of records on their way; a send beyond it blocks its caller until there is room
 * @param maxFetchBytes most bytes that one fetch brings
 */
public record ClientConfig(
        String clientId, Duration requestTimeout, int maxBatchBytes, int maxPendingBytes, int maxFetchBytes) {
    public static ClientConfig defaults(String clientId) {
        return new ClientConfig(clientId, Duration.ofSeconds(30), 1 << 20, 32 << 20, 4 << 20);
    }
}
