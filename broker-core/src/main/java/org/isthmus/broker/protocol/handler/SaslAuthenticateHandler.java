package org.isthmus.broker.protocol.handler;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.isthmus.broker.common.ErrorCode;

/** Hears who a client is, by the mechanism PLAIN (RFC 4616), and lets it in or not. */
public final class SaslAuthenticateHandler
        implements ApiHandler<SaslAuthenticateRequestData, SaslAuthenticateResponseData> {
    static final short KEY = 36;

    private static final System.Logger log = System.getLogger(SaslAuthenticateHandler.class.getName());

    private final Users users;

    private SaslAuthenticateHandler(Users users) {
        this.users = users;
    }

    /** The two APIs by which a client says who it is. With them in the table, nothing else is served to a client that has not. */
    public static List<ApiHandler<?, ?>> asking(Users users) {
        return List.of(new SaslHandshakeHandler(), new SaslAuthenticateHandler(users));
    }

    @Override
    public short apiKey() {
        return KEY;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<SaslAuthenticateResponseData> handle(
            RequestContext context, SaslAuthenticateRequestData request) {
        return CompletableFuture.completedFuture(answer(context, request));
    }

    private SaslAuthenticateResponseData answer(RequestContext context, SaslAuthenticateRequestData request) {
        var login = context.login();
        if (!login.isGreeted()) {
            return refusal(ErrorCode.ILLEGAL_SASL_STATE, "the handshake comes first, and once");
        }
        var said = new String(request.authBytes(), StandardCharsets.UTF_8).split("\0", -1);
        var letIn = said.length == 3 && isHimself(said[0], said[1]) && users.admits(said[1], said[2]);
        login.decide(letIn);
        if (letIn) {
            return new SaslAuthenticateResponseData();
        }
        log.log(System.Logger.Level.INFO, "Refused a client that does not say who it is: {0}", context.clientAddress());
        return refusal(ErrorCode.SASL_AUTHENTICATION_FAILED, "there is no such user, or the password is another");
    }

    /** Nobody comes in the name of somebody else. */
    private static boolean isHimself(String inNameOf, String user) {
        return inNameOf.isEmpty() || inNameOf.equals(user);
    }

    private static SaslAuthenticateResponseData refusal(ErrorCode error, String reason) {
        return new SaslAuthenticateResponseData().setErrorCode(error.code()).setErrorMessage(reason);
    }
}
