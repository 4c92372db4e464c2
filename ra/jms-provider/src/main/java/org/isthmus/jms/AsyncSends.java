package org.isthmus.jms;

import jakarta.jms.CompletionListener;
import jakarta.jms.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous sends of one session that have not been answered to their listeners. Listeners are called one at a time, in the order
 * of the sends, and never by the thread that sends (§7.3.8).
 */
final class AsyncSends {
    private static final System.Logger LOG = System.getLogger(AsyncSends.class.getName());

    private final SerialExecutor thread;
    private final ReentrantLock lock;
    private final Condition changed;
    private final Deque<Pending> pending = new ArrayDeque<>(); // guarded by the lock
    private volatile @Nullable Pending current;

    private record Pending(
            IsthmusProducer producer, CompletableFuture<?> answer, Message message, CompletionListener listener) {}

    AsyncSends(Surroundings surroundings, Executor threads) {
        thread = new SerialExecutor(threads);
        lock = surroundings.newLock();
        changed = lock.newCondition();
    }

    void add(IsthmusProducer producer, CompletionStage<?> answer, Message message, CompletionListener listener) {
        lock.lock();
        try {
            pending.add(new Pending(producer, answer.toCompletableFuture(), message, listener));
        } finally {
            lock.unlock();
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

    /**
     * Waits until every send, of one producer or of all, has been answered and its listener has returned. The listeners have the session until
     * then, whoever is in a hurry.
     */
    void awaitNone(@Nullable IsthmusProducer producer) {
        lock.lock();
        try {
            while (pending.stream().anyMatch(it -> producer == null || it.producer() == producer)) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
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

    private @Nullable Pending answered() {
        lock.lock();
        try {
            var first = pending.peek();
            return first != null && first.answer().isDone() ? first : null;
        } finally {
            lock.unlock();
        }
    }

    private void remove(Pending done) {
        lock.lock();
        try {
            pending.remove(done);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
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
