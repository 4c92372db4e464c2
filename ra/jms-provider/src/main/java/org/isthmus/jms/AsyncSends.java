package org.isthmus.jms;

import jakarta.jms.CompletionListener;
import jakarta.jms.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous sends of one session that have not been answered to their listeners. Listeners are called one at a time, in the order
 * of the sends, and never by the thread that sends (§7.3.8).
 */
final class AsyncSends {
    private static final System.Logger LOG = System.getLogger(AsyncSends.class.getName());

    private final SerialExecutor thread;
    private final Deque<Pending> pending = new ArrayDeque<>(); // guarded by this
    private volatile @Nullable Pending current;

    private record Pending(
            IsthmusProducer producer, CompletableFuture<?> answer, Message message, CompletionListener listener) {}

    AsyncSends(Executor threads) {
        thread = new SerialExecutor(threads);
    }

    void add(IsthmusProducer producer, CompletionStage<?> answer, Message message, CompletionListener listener) {
        synchronized (this) {
            pending.add(new Pending(producer, answer.toCompletableFuture(), message, listener));
        }
        answer.whenComplete((offset, failure) -> thread.execute(this::callBack));
    }

    /** Whether the caller is a completion listener of this session. */
    boolean isCurrent() {
        return thread.isCurrent();
    }

    boolean isCurrent(IsthmusProducer producer) {
        var at = current;
        return thread.isCurrent() && at != null && at.producer() == producer;
    }

    /** Waits until every send, of one producer or of all, has been answered and its listener has returned. */
    synchronized void awaitNone(@Nullable IsthmusProducer producer) {
        boolean interrupted = false;
        while (pending.stream().anyMatch(it -> producer == null || it.producer() == producer)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // the listeners have the session until they return, whoever is in a hurry
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void callBack() {
        for (var next = answered(); next != null; next = answered()) {
            current = next;
            try {
                callBack(next);
            } finally {
                current = null;
                remove(next);
            }
        }
    }

    private synchronized @Nullable Pending answered() {
        var first = pending.peek();
        return first != null && first.answer().isDone() ? first : null;
    }

    private synchronized void remove(Pending done) {
        pending.remove(done);
        notifyAll();
    }

    private static void callBack(Pending sent) {
        try {
            var failure = sent.answer().handle((offset, refused) -> refused).join();
            if (failure == null) {
                sent.listener().onCompletion(sent.message());
            } else {
                sent.listener().onException(sent.message(), JmsErrors.failed("sending", failure));
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A completion listener failed", e);
        }
    }
}
