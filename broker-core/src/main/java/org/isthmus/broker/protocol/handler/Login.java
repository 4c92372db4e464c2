package org.isthmus.broker.protocol.handler;

/**
 * Who comes on one connection, where the broker asks. Each connection has one try. Owned by the connection's thread.
 *
 * <pre>
 *   stranger → greeted → let in
 *                 └────→ refused
 * </pre>
 */
final class Login {
    /** Read by the socket's thread too, which has to know how much a stranger may send. */
    private volatile Stage stage = Stage.STRANGER;

    private enum Stage {
        STRANGER,
        GREETED,
        LET_IN,
        REFUSED
    }

    /** Whether a request for this API is heard: from a stranger only those by which he says who he is. */
    boolean hears(short apiKey) {
        return switch (stage) {
            case STRANGER, GREETED ->
                apiKey == ApiVersionsHandler.KEY
                        || apiKey == SaslHandshakeHandler.KEY
                        || apiKey == SaslAuthenticateHandler.KEY;
            case LET_IN -> true;
            case REFUSED -> false;
        };
    }

    /** Answers whether it was the moment to. */
    boolean greet() {
        if (stage != Stage.STRANGER) {
            return false;
        }
        stage = Stage.GREETED;
        return true;
    }

    boolean isGreeted() {
        return stage == Stage.GREETED;
    }

    boolean isLetIn() {
        return stage == Stage.LET_IN;
    }

    void decide(boolean letIn) {
        stage = letIn ? Stage.LET_IN : Stage.REFUSED;
    }
}
