package org.isthmus.broker.protocol.handler;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.isthmus.broker.common.ErrorCode;

/** Tells a client how it can say who it is. From version 1 on what follows comes in SaslAuthenticate; before, it was no request at all. */
final class SaslHandshakeHandler implements ApiHandler<SaslHandshakeRequestData, SaslHandshakeResponseData> {
    static final short KEY = 17;

    private static final String PLAIN = "PLAIN";

    @Override
    public short apiKey() {
        return KEY;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<SaslHandshakeResponseData> handle(RequestContext context, SaslHandshakeRequestData request) {
        return CompletableFuture.completedFuture(new SaslHandshakeResponseData()
                .setErrorCode(outcome(context.login(), request.mechanism()).code())
                .setMechanisms(List.of(PLAIN)));
    }

    private static ErrorCode outcome(Login login, String mechanism) {
        if (!mechanism.equals(PLAIN)) {
            return ErrorCode.UNSUPPORTED_SASL_MECHANISM;
        }
        return login.greet() ? ErrorCode.NONE : ErrorCode.ILLEGAL_SASL_STATE;
    }
}
