package org.isthmus.broker.protocol.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Connection;
import org.isthmus.broker.network.ConnectionHandler;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.ReceivedFrame;
import org.isthmus.broker.network.TlsRefusedException;
import org.isthmus.broker.protocol.codec.ApiRange;
import org.isthmus.broker.protocol.codec.MalformedFrameException;
import org.isthmus.broker.protocol.codec.RequestCodec;
import org.isthmus.broker.protocol.codec.ResponseCodec;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one broker, from the first request to its end; it never connects again. Requests are pipelined in their order, and those made
 * before the broker told its versions, and let the client in where it asks who comes, wait for that. Owned by the client's loop.
 *
 * <p>A request that is not answered in time closes the channel: answers come in order, so nothing behind it would come either.
 */
final class BrokerChannel implements ConnectionHandler {
    private final ClientLoop client;
    private final Endpoint endpoint;
    private final Map<Integer, Pending> pending = new HashMap<>();
    /** Fails with what every request fails with that waits for it: none of them has been sent. */
    private final CompletableFuture<Map<Short, ApiRange>> versions = new CompletableFuture<>();
    /** Turns of the requests that wait for that: what depends on one stage would run in the opposite order. */
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();

    private final CompletableFuture<Void> end = new CompletableFuture<>();

    private @Nullable Connection connection;
    private int nextCorrelationId;
    private boolean asksWhoComes;

    private record Pending(Api<?> api, short version, CompletableFuture<ApiMessage> answer, Cancellable timeout) {}

    private BrokerChannel(ClientLoop client, Endpoint endpoint) {
        this.client = client;
        this.endpoint = endpoint;
        var unused = versions.whenComplete((known, thrown) -> {
            for (var turn = waiting.poll(); turn != null; turn = waiting.poll()) {
                turn.complete(null);
            }
        });
    }

    /** Begins to connect. */
    static BrokerChannel open(ClientLoop client, Endpoint endpoint) {
        var channel = new BrokerChannel(client, endpoint);
        channel.closeUnlessLetIn(client.attemptDeadline(client.requestDeadline()));
        client.transport()
                .connect(endpoint, client.loop(), client.tls(), opened -> channel)
                .whenComplete((connection, thrown) -> {
                    // The stage may complete elsewhere, before or after the channel was closed here.
                    client.loop().execute(() -> channel.connected(connection, thrown));
                });
        return channel;
    }

    /** Who waits to be let in has time to go elsewhere. */
    private void closeUnlessLetIn(Deadline deadline) {
        var timeout = client.loop().schedule(client.remaining(deadline), () -> {
            versions.completeExceptionally(new UnsentException(noAnswer()));
            close();
        });
        login().whenComplete((asks, thrown) -> timeout.cancel());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** How many requests were sent so far. */
    int sent() {
        return nextCorrelationId;
    }

    boolean isClosed() {
        return end.isDone();
    }

    /** Completes when the channel is closed from whichever side, before that is told to those who wait for answers. */
    CompletionStage<Void> end() {
        return end;
    }

    /**
     * Sends a request. Fails with {@code NETWORK_EXCEPTION} where the connection is lost or never made, {@code REQUEST_TIMED_OUT} past the
     * deadline, {@code UNSUPPORTED_VERSION} where broker and client have no version in common. Where the connection failed before the request
     * went out, what it fails with is an {@link UnsentException}. Records in the answer are valid only while what depends on the stage
     * directly runs.
     */
    <A extends ApiMessage> CompletionStage<A> request(Api<A> api, ApiMessage body, Deadline deadline) {
        if (isClosed()) {
            return CompletableFuture.failedStage(new UnsentException(lost()));
        }
        if (versions.isDone()) {
            return send(api, body, deadline, versions.join());
        }
        var turn = new CompletableFuture<Void>();
        waiting.add(turn);
        return turn.thenCompose(now -> versions).thenCompose(known -> send(api, body, deadline, known));
    }

    /** Completes, once the broker lets the client in, with whether it asked who comes. */
    CompletionStage<Boolean> login() {
        return versions.thenApply(known -> asksWhoComes);
    }

    void close() {
        if (!end.complete(null)) {
            return;
        }
        if (connection != null) {
            connection.close();
        }
        var unanswered = new ArrayList<>(pending.values());
        pending.clear();
        for (var request : unanswered) {
            request.timeout().cancel();
            request.answer().completeExceptionally(lost());
        }
        versions.completeExceptionally(new UnsentException(lost()));
    }

    private BrokerException lost() {
        var refusal = connection == null ? Optional.<TlsRefusedException>empty() : connection.refusal();
        if (refusal.isPresent()) {
            return Failures.of(refusal.get());
        }
        return new BrokerException(ErrorCode.NETWORK_EXCEPTION, "connection to " + endpoint + " was lost");
    }

    private void connected(@Nullable Connection opened, @Nullable Throwable thrown) {
        if (opened == null) {
            var failure = Failures.of(thrown == null ? new IOException("no connection") : thrown);
            versions.completeExceptionally(new UnsentException(new BrokerException(
                    failure.code(), "could not connect to " + endpoint + ": " + failure.getMessage(), thrown)));
            close();
            return;
        }
        if (isClosed()) {
            opened.close();
            return;
        }
        connection = opened;
        var hello =
                new ApiVersionsRequestData().setClientSoftwareName("isthmus").setClientSoftwareVersion("1");
        var deadline = client.requestDeadline();
        transmit(Api.API_VERSIONS, Api.API_VERSIONS.versions().max(), hello, deadline)
                .thenApply(BrokerChannel::ranges)
                .thenCompose(known -> sayWho(known, deadline).thenApply(said -> known))
                .whenComplete((known, failure) -> {
                    if (failure != null) {
                        versions.completeExceptionally(new UnsentException(Failures.of(failure)));
                        close();
                    } else {
                        versions.complete(known);
                    }
                });
    }

    private CompletionStage<Void> sayWho(Map<Short, ApiRange> known, Deadline deadline) {
        if (!known.containsKey(Api.SASL_HANDSHAKE.key())) {
            return CompletableFuture.completedStage(null);
        }
        var handshake = new SaslHandshakeRequestData().setMechanism("PLAIN");
        return send(Api.SASL_HANDSHAKE, handshake, deadline, known).thenCompose(answer -> {
            if (answer.errorCode() == ErrorCode.ILLEGAL_SASL_STATE.code()) {
                // So says Apache Kafka, which always offers the handshake, where it lets everybody in.
                return CompletableFuture.completedStage(null);
            }
            Failures.check(answer.errorCode(), "login at " + endpoint, null);
            asksWhoComes = true;
            return authenticate(known, deadline);
        });
    }

    private CompletionStage<Void> authenticate(Map<Short, ApiRange> known, Deadline deadline) {
        var who = client.config().credentials();
        if (who == null) {
            throw new BrokerException(
                    ErrorCode.SASL_AUTHENTICATION_FAILED, "broker " + endpoint + " asks for a user and a password");
        }
        var plain = "\0" + who.user() + "\0" + who.password();
        var request = new SaslAuthenticateRequestData().setAuthBytes(plain.getBytes(StandardCharsets.UTF_8));
        return send(Api.SASL_AUTHENTICATE, request, deadline, known)
                .thenAccept(
                        answer -> Failures.check(answer.errorCode(), who + " at " + endpoint, answer.errorMessage()));
    }

    private static Map<Short, ApiRange> ranges(ApiVersionsResponseData answer) {
        var ranges = new HashMap<Short, ApiRange>();
        for (var api : answer.apiKeys()) {
            ranges.put(api.apiKey(), new ApiRange(api.minVersion(), api.maxVersion()));
        }
        return ranges;
    }

    private <A extends ApiMessage> CompletionStage<A> send(
            Api<A> api, ApiMessage body, Deadline deadline, Map<Short, ApiRange> known) {
        var served = known.get(api.key());
        var version = served == null ? null : api.versions().newestCommon(served);
        if (version == null) {
            return CompletableFuture.failedStage(new BrokerException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "broker " + endpoint + " serves "
                            + (served == null ? "no version" : "versions " + served.min() + " to " + served.max())
                            + " of API " + api.key() + "; this client needs "
                            + api.versions().min() + " to "
                            + api.versions().max()));
        }
        return transmit(api, version, body, deadline);
    }

    private <A extends ApiMessage> CompletionStage<A> transmit(
            Api<A> api, short version, ApiMessage body, Deadline deadline) {
        if (isClosed() || connection == null) {
            return CompletableFuture.failedStage(new UnsentException(lost()));
        }
        int correlationId = nextCorrelationId++;
        var answer = new CompletableFuture<ApiMessage>();
        var timeout = client.loop().schedule(client.remaining(deadline), () -> timedOut(correlationId));
        pending.put(correlationId, new Pending(api, version, answer, timeout));
        connection.send(
                RequestCodec.encode(version, correlationId, client.config().clientId(), body));
        return answer.thenApply(api.answer()::cast);
    }

    private void timedOut(int correlationId) {
        var request = pending.remove(correlationId);
        if (request != null) {
            request.answer().completeExceptionally(noAnswer());
            close();
        }
    }

    private BrokerException noAnswer() {
        return new BrokerException(ErrorCode.REQUEST_TIMED_OUT, "no answer from " + endpoint + " in time");
    }

    @Override
    public void received(ReceivedFrame frame) {
        try {
            var request = pending.remove(ResponseCodec.correlationId(frame.buffer()));
            if (request == null) {
                throw new MalformedFrameException("an answer to nothing that was asked");
            }
            request.timeout().cancel();
            try {
                request.answer().complete(ResponseCodec.decode(request.api().key(), request.version(), frame.buffer()));
            } catch (MalformedFrameException e) {
                request.answer().completeExceptionally(new IOException("bad answer from " + endpoint, e));
                throw e;
            }
        } catch (MalformedFrameException e) {
            close();
        } finally {
            frame.release();
        }
    }

    @Override
    public void writable(boolean writable) {
        // What is sent is bounded by what the client lets callers have pending.
    }

    @Override
    public void closed() {
        close();
    }
}
