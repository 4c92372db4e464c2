package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.ResourceAllocationRuntimeException;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.TransactionInProgressRuntimeException;
import jakarta.jms.TransactionRolledBackException;
import jakarta.jms.TransactionRolledBackRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.runtime.WaitingThread;
import org.jspecify.annotations.Nullable;

/** Failures in the exception types that the specification names (§10). The error code is the broker's, where it was the broker's failure. */
public final class JmsErrors {
    private JmsErrors() {}

    /** Makes a call of the broker's client and waits for it, as the other one does. No lock is held that the client's loop may want. */
    static <T> T await(Supplier<CompletionStage<T>> call, String what) throws JMSException {
        return await(WaitingThread.begin(call), what);
    }

    /** Waits for a call of the broker's client, which ends by itself within the client's request timeout. */
    static <T> T await(CompletionStage<T> stage, String what) throws JMSException {
        var answer = stage.toCompletableFuture();
        if (Thread.currentThread() instanceof SteppedThread thread) {
            thread.waitFor(answer);
        }
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw caused(new JMSException(what + " was interrupted"), e);
        } catch (ExecutionException e) {
            throw failed(what, e);
        }
    }

    static Throwable unwrapped(Throwable failure) {
        var cause = failure.getCause();
        var wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wraps && cause != null ? unwrapped(cause) : failure;
    }

    static JMSException failed(String what, Throwable failure) {
        var cause = unwrapped(failure);
        if (cause instanceof JMSException known) {
            return known;
        }
        if (!(cause instanceof BrokerException refused)) {
            return caused(new JMSException(what + " failed: " + cause), cause);
        }
        var text = what + " failed: " + refused.getMessage();
        var code = refused.code().name();
        return caused(
                switch (refused.code()) {
                    case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_TOPIC_EXCEPTION ->
                        new InvalidDestinationException(text, code);
                    case SASL_AUTHENTICATION_FAILED, UNSUPPORTED_SASL_MECHANISM -> new JMSSecurityException(text, code);
                    case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> new ResourceAllocationException(text, code);
                    default -> new JMSException(text, code);
                },
                refused);
    }

    static <E extends JMSException> E caused(E exception, Throwable cause) {
        exception.initCause(cause);
        if (cause instanceof Exception linked) {
            exception.setLinkedException(linked);
        }
        return exception;
    }

    /** The same failure for the simplified API. */
    public static JMSRuntimeException unchecked(JMSException e) {
        var text = e.getMessage();
        var code = e.getErrorCode();
        if (e instanceof IllegalStateException) {
            return new IllegalStateRuntimeException(text, code, e);
        }
        if (e instanceof InvalidDestinationException) {
            return new InvalidDestinationRuntimeException(text, code, e);
        }
        if (e instanceof InvalidClientIDException) {
            return new InvalidClientIDRuntimeException(text, code, e);
        }
        if (e instanceof InvalidSelectorException) {
            return new InvalidSelectorRuntimeException(text, code, e);
        }
        if (e instanceof MessageFormatException) {
            return new MessageFormatRuntimeException(text, code, e);
        }
        if (e instanceof MessageNotWriteableException) {
            return new MessageNotWriteableRuntimeException(text, code, e);
        }
        if (e instanceof JMSSecurityException) {
            return new JMSSecurityRuntimeException(text, code, e);
        }
        if (e instanceof ResourceAllocationException) {
            return new ResourceAllocationRuntimeException(text, code, e);
        }
        if (e instanceof TransactionRolledBackException) {
            return new TransactionRolledBackRuntimeException(text, code, e);
        }
        if (e instanceof TransactionInProgressException) {
            return new TransactionInProgressRuntimeException(text, code, e);
        }
        return new JMSRuntimeException(text, code, e);
    }

    @FunctionalInterface
    interface Call<T> {
        T run() throws JMSException;
    }

    @FunctionalInterface
    interface NullableCall<T> {
        @Nullable
        T run() throws JMSException;
    }

    @FunctionalInterface
    interface Action {
        void run() throws JMSException;
    }

    static <T> @Nullable T orNull(NullableCall<T> call) {
        try {
            return call.run();
        } catch (JMSException e) {
            throw unchecked(e);
        }
    }

    static <T> T unchecked(Call<T> call) {
        try {
            return call.run();
        } catch (JMSException e) {
            throw unchecked(e);
        }
    }

    static void uncheckedly(Action action) {
        try {
            action.run();
        } catch (JMSException e) {
            throw unchecked(e);
        }
    }
}
