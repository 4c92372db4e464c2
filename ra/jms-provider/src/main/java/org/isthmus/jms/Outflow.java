package org.isthmus.jms;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.runtime.WaitingThread;
import org.isthmus.jms.mapping.Partitioner;
import org.isthmus.jms.mapping.RecordMapping;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of one session. All that go to one destination go to one partition, chosen by the session's name, so that they keep
 * their order (§6.2.9); a message with a group goes to the partition of its group instead.
 */
final class Outflow {
    private static final long ALONE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int LARGE_BYTES = 1 << 18;

    private final IsthmusConnection connection;
    private final String sessionName;
    private final SessionTransaction transaction;
    private final byte[] stickyKey;
    /** How many partitions a topic had, by its id, when this session first sent to it. */
    private final ConcurrentMap<UUID, Integer> partitionsAtFirst = new ConcurrentHashMap<>();

    private final AtomicLong nextMessage = new AtomicLong();
    private final AsyncSends asyncSends;
    private final UnansweredSends unanswered;
    private volatile long lastUnansweredNanos;

    /** What a producer says about a message that it sends. */
    record Manner(int deliveryMode, int priority, long timeToLiveMs, long delayMs, boolean withoutId) {}

    Outflow(IsthmusConnection connection, String sessionName, Executor threads, SessionTransaction transaction) {
        this.transaction = transaction;
        this.connection = connection;
        this.sessionName = sessionName;
        this.stickyKey = sessionName.getBytes(StandardCharsets.US_ASCII);
        this.asyncSends = new AsyncSends(connection.surroundings(), threads);
        this.unanswered = new UnansweredSends(connection.surroundings());
    }

    UnansweredSends unanswered() {
        return unanswered;
    }

    AsyncSends asyncSends() {
        return asyncSends;
    }

    /**
     * Without a listener, returns when the broker has answered; at once in a transaction, whose commit answers for all, and for a message that
     * may be lost.
     */
    void send(
            IsthmusProducer producer,
            IsthmusDestination to,
            Message message,
            Manner manner,
            @Nullable CompletionListener listener)
            throws JMSException {
        var topic = connection.topics().topic(to);
        var own = Messages.own(message);
        stamp(own, to, manner);
        var inProgress = transaction.inProgress();
        var record = RecordMapping.toRecord(own.envelope(connection.origin()));
        var isUnanswered = isSentUnanswered(manner, record);
        var waits = listener == null && inProgress == null && (!isUnanswered || isAlone());
        var answer = send(own, record, topic, manner, inProgress, waits);
        if (own != message) {
            copyHeaders(own, message);
        }
        if (listener == null
                && inProgress != null
                && !answer.toCompletableFuture().isCompletedExceptionally()) {
            return;
        }
        if (listener == null && isUnanswered && !answer.toCompletableFuture().isDone()) {
            unanswered.add(to, answer);
        } else if (listener == null) {
            JmsErrors.await(answer, "sending to " + to);
        } else {
            asyncSends.add(producer, answer, message, listener);
        }
    }

    /** Whether nobody sends one after another, where more would go together in less time: then the sender may as well bring it on its way. */
    private boolean isAlone() {
        var now = connection.surroundings().clock().nanos();
        var alone = now - lastUnansweredNanos > ALONE_NANOS;
        lastUnansweredNanos = now;
        return alone;
    }

    /** One that is large may be too large for its topic, and whoever sends such a message would lose each. */
    private boolean isSentUnanswered(Manner manner, NewRecord record) {
        var value = record.value();
        return manner.deliveryMode() == DeliveryMode.NON_PERSISTENT
                && !connection.blocksOnNonDurableSend()
                && (value == null || value.length < LARGE_BYTES);
    }

    private void stamp(IsthmusMessage message, IsthmusDestination to, Manner manner) throws JMSException {
        long now = connection.surroundings().clock().wallMs();
        message.setJMSDestination(to);
        message.setJMSDeliveryMode(manner.deliveryMode());
        message.setJMSPriority(manner.priority());
        message.setJMSTimestamp(now);
        message.setJMSDeliveryTime(after(now, manner.delayMs()));
        message.setJMSExpiration(manner.timeToLiveMs() == 0 ? 0 : after(now, manner.timeToLiveMs()));
        message.setJMSMessageID(manner.withoutId() ? null : "ID:" + sessionName + ":" + nextMessage.getAndIncrement());
    }

    /** The end of time is as late as it gets: who says Long.MAX_VALUE means for ever. */
    private static long after(long now, long ms) {
        return ms > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + ms;
    }

    private CompletionStage<?> send(
            IsthmusMessage message,
            NewRecord record,
            TopicInfo topic,
            Manner manner,
            @Nullable Transaction inProgress,
            boolean waits)
            throws JMSException {
        var key = record.key();
        int partition = key == null
                ? Partitioner.partition(stickyKey, partitionsAtFirst(topic))
                : Partitioner.partition(key, topic.partitions());
        var acks = manner.deliveryMode() == DeliveryMode.PERSISTENT ? Acks.ALL : Acks.LEADER;
        var place = new TopicPartition(topic.name(), partition);
        var sending = sending(place, record, acks, message, manner, inProgress);
        return (waits ? WaitingThread.begin(sending) : sending.get()).whenComplete((done, failure) -> {
            if (failure != null
                    && JmsErrors.unwrapped(failure) instanceof BrokerException refused
                    && refused.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
                connection.topics().forget(topic.name());
            }
        });
    }

    /** So that what has no key goes where all before it went, and stays behind it, also where the topic has got partitions since. */
    private int partitionsAtFirst(TopicInfo topic) {
        return TemporaryName.isOne(topic.name())
                ? topic.partitions()
                : partitionsAtFirst.computeIfAbsent(topic.id(), any -> topic.partitions());
    }

    private Supplier<CompletionStage<?>> sending(
            TopicPartition place,
            NewRecord record,
            Acks acks,
            IsthmusMessage message,
            Manner manner,
            @Nullable Transaction inProgress)
            throws JMSException {
        var client = connection.client();
        if (manner.delayMs() > 0) {
            var atMs = message.getJMSDeliveryTime();
            return () -> inProgress != null
                    ? inProgress.sendLater(place, record, atMs)
                    : client.sendLater(place, record, acks, atMs);
        }
        return () -> inProgress != null ? inProgress.send(place, record) : client.send(place, record, acks);
    }

    /** The sender of a foreign message sees the headers that the send has set (§3.12). */
    private static void copyHeaders(Message from, Message to) throws JMSException {
        to.setJMSDestination(from.getJMSDestination());
        to.setJMSDeliveryMode(from.getJMSDeliveryMode());
        to.setJMSPriority(from.getJMSPriority());
        to.setJMSTimestamp(from.getJMSTimestamp());
        to.setJMSDeliveryTime(from.getJMSDeliveryTime());
        to.setJMSExpiration(from.getJMSExpiration());
        to.setJMSMessageID(from.getJMSMessageID());
    }
}
