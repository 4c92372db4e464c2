package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.WaitingThread;
import org.jspecify.annotations.Nullable;

/**
 * Hands the messages of one session to the application, one at a time, by {@code receive} or to listeners on the session's one thread,
 * and keeps what is acknowledged. The states are stopped ⇄ started → closed.
 *
 * <p>The lock is needed because three sides meet here: the application's thread, the broker client's threads that bring records, and
 * whoever stops or closes. It is never held over a call to any of them.
 */
final class Delivery {
    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

    static final long FOREVER = 0;
    static final long AT_ONCE = -1;

    private static final Duration LONGEST_ASK = Duration.ofSeconds(10);

    // With DUPS_OK, acknowledgements are committed when so many have come together or nothing more is there.
    private static final int LAZY_ACKNOWLEDGEMENTS = 100;

    final ReentrantLock lock;
    private final Condition changed;
    private final Clock clock;
    private final SerialExecutor thread;
    private final int mode;
    private final SessionTransaction transaction;
    private final boolean blocks;

    private final List<IsthmusConsumer> consumers = new ArrayList<>();
    // Closed consumers whose messages can still be acknowledged (§8.8).
    private final List<IsthmusConsumer> departed = new ArrayList<>();
    private boolean started;
    private boolean listeningEnds;
    private boolean closing;
    private boolean closed;
    private boolean dispatching;
    private int nextListener;
    private @Nullable Thread listening;
    private @Nullable IsthmusConsumer listener;
    private int receiving;
    private boolean handing;
    private long recoveries;
    private int lazyAcknowledgements;

    /** Makes of a received message what the caller wants of it. */
    @FunctionalInterface
    interface Extraction<T> {
        @Nullable
        T of(Message message) throws JMSException;
    }

    /** @param blocks whether an automatic acknowledgement is safe before the next message is handed out */
    Delivery(
            Surroundings surroundings,
            SerialExecutor thread,
            int mode,
            SessionTransaction transaction,
            boolean blocks) {
        lock = surroundings.newLock();
        changed = lock.newCondition();
        clock = surroundings.clock();
        this.thread = thread;
        this.mode = mode;
        this.transaction = transaction;
        this.blocks = blocks;
    }

    // The session's life

    void start() {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            started = true;
            changed.signalAll();
            dispatchIfNeeded();
        } finally {
            lock.unlock();
        }
        for (var consumer : copyOf(consumers)) {
            consumer.inflow().pump();
            consumer.signalIfAvailable();
        }
    }

    boolean isStarted() {
        return started;
    }

    /** Returns when nothing is being delivered any more. */
    void stop() {
        lock.lock();
        try {
            started = false;
            while (listening != null || handing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Calls no listener any more, and returns when none is at work; receives go on. */
    void endListening() {
        lock.lock();
        try {
            listeningEnds = true;
            while (listening != null) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends every receive and returns when neither one of them nor a listener is at work. */
    void close() {
        lock.lock();
        try {
            closing = true;
            started = false;
            changed.signalAll();
            while (listening != null || receiving > 0) {
                changed.awaitUninterruptibly();
            }
            closed = true; // not before: until it returns, a listener has all of the session
        } finally {
            lock.unlock();
        }
    }

    boolean isListenerThread() {
        lock.lock();
        try {
            return listening == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    private List<IsthmusConsumer> copyOf(List<IsthmusConsumer> list) {
        lock.lock();
        try {
            return List.copyOf(list);
        } finally {
            lock.unlock();
        }
    }

    List<IsthmusConsumer> consumers() {
        return copyOf(consumers);
    }

    void add(IsthmusConsumer consumer) {
        lock.lock();
        try {
            consumers.add(consumer);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when the consumer is not at work, unless it is closed by its own listener: whether it has nothing that could still be
     * acknowledged.
     */
    boolean remove(IsthmusConsumer consumer) {
        lock.lock();
        try {
            changed.signalAll();
            while (consumer.isReceiving() || (listener == consumer && listening != Thread.currentThread())) {
                changed.awaitUninterruptibly();
            }
            consumers.remove(consumer);
            boolean keeps = consumer.inflow().hasUnacknowledged()
                    && (mode == Session.CLIENT_ACKNOWLEDGE || listening == Thread.currentThread());
            if (keeps) {
                departed.add(consumer);
            }
            return !keeps;
        } finally {
            lock.unlock();
        }
    }

    void listenerChanged() {
        lock.lock();
        try {
            dispatchIfNeeded();
        } finally {
            lock.unlock();
        }
    }

    /** Something to receive, or a failure, has come for one of the consumers. */
    void arrived() {
        lock.lock();
        try {
            changed.signalAll();
            dispatchIfNeeded();
        } finally {
            lock.unlock();
        }
    }

    boolean isAvailable(IsthmusConsumer consumer) {
        lock.lock();
        try {
            return started && consumer.inflow().hasNext();
        } finally {
            lock.unlock();
        }
    }

    // Receiving

    /** The next message of the consumer as the caller wants it; null when time is up or the consumer was closed. */
    <T> @Nullable T receive(IsthmusConsumer consumer, long timeoutMs, Extraction<T> extraction) throws JMSException {
        long deadline = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        enter(consumer);
        try {
            for (; ; ) {
                var fetched = next(consumer, timeoutMs, deadline);
                if (fetched == null) {
                    return null;
                }
                try {
                    var message = consumer.message(fetched, 1);
                    if (message != null) {
                        return handOver(consumer, fetched, message, extraction);
                    }
                    consumer.inflow().drop(fetched);
                } finally {
                    handed();
                    consumer.inflow().pump();
                }
            }
        } finally {
            leave(consumer);
        }
    }

    private void enter(IsthmusConsumer consumer) {
        lock.lock();
        try {
            receiving++;
            consumer.setReceiving(true);
        } finally {
            lock.unlock();
        }
    }

    private void leave(IsthmusConsumer consumer) {
        lock.lock();
        try {
            receiving--;
            consumer.setReceiving(false);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next record that is here, or that the broker has where nothing comes ahead; null when time is up. */
    private @Nullable FetchedRecord next(IsthmusConsumer consumer, long timeoutMs, long deadline) throws JMSException {
        boolean asked = false;
        for (; ; ) {
            var left = timeoutMs == AT_ONCE
                    ? Duration.ZERO
                    : timeoutMs == FOREVER ? LONGEST_ASK : Duration.ofNanos(deadline - clock.nanos());
            lock.lock();
            try {
                if (closing || consumer.isClosed()) {
                    return null;
                }
                if (started && consumer.inflow().hasNext()) {
                    handing = true;
                    return consumer.inflow().take();
                }
                var failure = consumer.inflow().failure();
                if (failure != null) {
                    throw JmsErrors.failed("receiving from " + consumer.destination(), failure);
                }
                if (started && consumer.inflow().isAskedFirst()) {
                    if (consumer.inflow().isAsking()) {
                        sleep(FOREVER, 0); // the broker's client answers in time
                        continue;
                    }
                    if (asked && left.toNanos() <= 0) {
                        return null;
                    }
                } else if (timeoutMs == AT_ONCE || !sleep(timeoutMs, deadline)) {
                    return null;
                } else {
                    continue;
                }
            } finally {
                lock.unlock();
            }
            asked = true;
            WaitingThread.begin(() -> consumer.inflow().ask(left.isNegative() ? Duration.ZERO : left));
        }
    }

    private void handed() {
        lock.lock();
        try {
            handing = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the caller loops
    private boolean sleep(long timeoutMs, long deadline) throws JMSException {
        try {
            if (timeoutMs == FOREVER) {
                changed.await();
                return true;
            }
            return changed.awaitNanos(deadline - clock.nanos()) > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw JmsErrors.caused(new JMSException("receive was interrupted"), e);
        }
    }

    private <T> @Nullable T handOver(
            IsthmusConsumer consumer, FetchedRecord fetched, Message message, Extraction<T> extraction)
            throws JMSException {
        T result;
        try {
            settle(consumer);
            if (mode == Session.CLIENT_ACKNOWLEDGE) {
                consumer.inflow().seen(fetched);
            }
            result = extraction.of(message);
        } catch (MessageFormatException e) {
            // As if it had not been received; but it counts as received where the application says what becomes of it
            // (§8.6).
            if (transaction.isOn()) {
                acknowledgeAutomatically(consumer);
            } else if (mode != Session.CLIENT_ACKNOWLEDGE) {
                putBack(consumer, fetched);
            }
            throw e;
        } catch (JMSException e) {
            putBack(consumer, fetched);
            throw e;
        }
        acknowledgeAutomatically(consumer);
        return result;
    }

    private void putBack(IsthmusConsumer consumer, FetchedRecord fetched) {
        lock.lock();
        try {
            consumer.inflow().putBack(fetched);
        } finally {
            lock.unlock();
        }
    }

    // Listeners

    private void dispatchIfNeeded() {
        if (!dispatching && nextWithListener() != null) {
            dispatching = true;
            thread.execute(this::dispatch);
        }
    }

    private @Nullable IsthmusConsumer nextWithListener() {
        if (!started || listeningEnds) {
            return null;
        }
        for (int i = 0; i < consumers.size(); i++) {
            var consumer = consumers.get((nextListener + i) % consumers.size());
            if (!consumer.isClosed()
                    && consumer.hasListener()
                    && consumer.inflow().hasNext()) {
                nextListener = (nextListener + i + 1) % consumers.size();
                return consumer;
            }
        }
        return null;
    }

    private void dispatch() {
        for (; ; ) {
            IsthmusConsumer consumer;
            FetchedRecord fetched;
            long recoveriesBefore;
            lock.lock();
            try {
                consumer = nextWithListener();
                fetched = consumer == null ? null : consumer.inflow().take();
                if (consumer == null || fetched == null) {
                    dispatching = false;
                    break;
                }
                listening = Thread.currentThread();
                listener = consumer;
                recoveriesBefore = recoveries;
            } finally {
                lock.unlock();
            }
            try {
                deliver(consumer, fetched, recoveriesBefore);
            } finally {
                lock.lock();
                try {
                    listening = null;
                    listener = null;
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
            consumer.inflow().pump();
        }
        // What was ahead may have gone with its connections since, and nobody else would ask.
        for (var consumer : copyOf(consumers)) {
            consumer.inflow().pump();
        }
    }

    private void deliver(IsthmusConsumer consumer, FetchedRecord fetched, long recoveriesBefore) {
        try {
            settle(consumer);
        } catch (JMSException e) {
            consumer.failed(e); // one message may come again, which AUTO_ACKNOWLEDGE allows
        }
        for (int attempt = 1; ; attempt++) {
            var message = consumer.message(fetched, attempt);
            if (message == null) {
                consumer.inflow().drop(fetched);
                break;
            }
            if (transaction.isOn()) {
                // Before the listener, which may commit. Whatever it throws, the transaction is the application's to
                // end (§8.7).
                acknowledgeAutomatically(consumer);
                consumer.deliver(message);
                return;
            }
            consumer.inflow().seen(fetched);
            if (consumer.deliver(message)) {
                break;
            }
            if (mode == Session.CLIENT_ACKNOWLEDGE || recoveries(recoveriesBefore)) {
                return; // §8.7: the next message is delivered; this one stays unacknowledged
            }
            var next = consumer.inflow().failed(fetched, attempt);
            if (next == Inflow.AfterFailure.SETTLED) {
                return;
            }
            if (next == Inflow.AfterFailure.CONSUMED) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "A listener failed {0} times; the message counts as consumed: partition={1} offset={2}",
                        attempt,
                        fetched.partition(),
                        fetched.record().offset());
                break;
            }
        }
        if (!recoveries(recoveriesBefore)) {
            acknowledgeAutomatically(consumer);
        }
    }

    /** Whether the listener recovered the session, so that the message it had is to come again. */
    private boolean recoveries(long before) {
        lock.lock();
        try {
            return recoveries != before;
        } finally {
            lock.unlock();
        }
    }

    // Acknowledgement

    /** With AUTO_ACKNOWLEDGE only the last message may come twice, so who takes that to the letter waits for the one before. */
    private void settle(IsthmusConsumer consumer) throws JMSException {
        if (mode == Session.AUTO_ACKNOWLEDGE && !blocks) {
            JmsErrors.await(consumer.inflow().commitsUnderWay(), "acknowledging messages of " + consumer.destination());
        } else if (mode == Session.AUTO_ACKNOWLEDGE) {
            var last = consumer.inflow().latestCommit();
            if (last.isCompletedExceptionally()) {
                last = consumer.inflow().commit();
            }
            JmsErrors.await(last, "acknowledging a message of " + consumer.destination());
        }
    }

    private void acknowledgeAutomatically(IsthmusConsumer consumer) {
        if (mode == Session.CLIENT_ACKNOWLEDGE) {
            return;
        }
        var inProgress = transaction.inProgress();
        if (inProgress != null) {
            consumer.inflow().acknowledge(inProgress);
            return;
        }
        boolean commit = true;
        lock.lock();
        try {
            consumer.inflow().acknowledge();
            if (mode == Session.DUPS_OK_ACKNOWLEDGE) {
                lazyAcknowledgements++;
                commit = lazyAcknowledgements >= LAZY_ACKNOWLEDGEMENTS
                        || !consumer.inflow().hasNext();
                lazyAcknowledgements = commit ? 0 : lazyAcknowledgements;
            }
        } finally {
            lock.unlock();
        }
        if (commit) {
            // Its failure is told by the next message (settle) or by close.
            var unused = consumer.inflow().commit();
        }
    }

    /** Acknowledges everything that this session has handed out (§6.2.10), where that is the application's business. */
    void acknowledge() throws JMSException {
        var inflows = new ArrayList<IsthmusConsumer>();
        List<IsthmusConsumer> gone;
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the session is closed");
            }
            if (mode != Session.CLIENT_ACKNOWLEDGE) {
                return;
            }
            inflows.addAll(consumers);
            inflows.addAll(departed);
            gone = List.copyOf(departed);
            departed.clear();
            inflows.forEach(consumer -> consumer.inflow().acknowledge());
        } finally {
            lock.unlock();
        }
        var commits = inflows.stream().map(it -> it.inflow().commit()).toList();
        try {
            for (var commit : commits) {
                JmsErrors.await(commit, "acknowledging");
            }
        } finally {
            abandon(gone);
        }
    }

    /** Gives back what closed consumers of a subscription still have, because another one takes its place. */
    void abandonDeparted(String group) throws JMSException {
        var gone = new ArrayList<IsthmusConsumer>();
        lock.lock();
        try {
            departed.stream().filter(it -> it.isOf(group)).forEach(gone::add);
            departed.removeAll(gone);
        } finally {
            lock.unlock();
        }
        abandon(gone);
    }

    /** Gives back what consumers that are closed still have. */
    void abandonDeparted() throws JMSException {
        List<IsthmusConsumer> gone;
        lock.lock();
        try {
            gone = List.copyOf(departed);
            departed.clear();
        } finally {
            lock.unlock();
        }
        abandon(gone);
    }

    private static void abandon(List<IsthmusConsumer> gone) throws JMSException {
        var ends = gone.stream().map(it -> it.inflow().abandon()).toList();
        for (var end : ends) {
            JmsErrors.await(end, "giving back what a closed consumer had");
        }
    }

    void commit() throws JMSException {
        try {
            transaction.commit();
        } catch (TransactionRolledBackException e) {
            try {
                rollingBack(); // what has come back is before what came ahead
            } finally {
                rolledBack();
            }
            throw e;
        }
        committed();
    }

    void committed() {
        copyOf(consumers).forEach(consumer -> consumer.inflow().committed());
    }

    void rollback() throws JMSException {
        rollingBack();
        try {
            transaction.rollback();
        } finally {
            rolledBack();
        }
    }

    /** Returns when nothing comes any more that is behind what will come back. */
    void rollingBack() throws JMSException {
        var pauses =
                copyOf(consumers).stream().map(it -> it.inflow().rollingBack()).toList();
        for (var pause : pauses) {
            JmsErrors.await(pause, "giving back what had come ahead");
        }
    }

    void rolledBack() {
        copyOf(consumers).forEach(consumer -> consumer.inflow().rolledBack());
    }

    void recover() throws JMSException {
        abandonDeparted();
        var recovered = new ArrayList<IsthmusConsumer>();
        lock.lock();
        try {
            recoveries++;
            consumers.stream().filter(it -> it.inflow().hasUnacknowledged()).forEach(recovered::add);
        } finally {
            lock.unlock();
        }
        recovered.forEach(consumer -> consumer.inflow().recover());
    }
}
