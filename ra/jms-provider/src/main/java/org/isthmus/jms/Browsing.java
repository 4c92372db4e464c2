package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Enumeration;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.jms.mapping.RecordMapping;
import org.jspecify.annotations.Nullable;

/**
 * One look at a queue: partition after partition, up to the ends that they had when it began. It asks for a piece at a time, so a long queue
 * needs little memory; what is consumed meanwhile is not shown. Used by one thread, except {@link #end}.
 */
@SuppressWarnings("JdkObsolete") // an enumeration is what the interface has
final class Browsing implements Enumeration<IsthmusMessage> {
    private record Stretch(TopicPartition partition, long from, long to) {}

    private final IsthmusConnection connection;
    private final IsthmusQueue queue;
    private final Optional<String> selector;
    private final Deque<Stretch> ahead = new ArrayDeque<>();
    private final Deque<FetchedRecord> here = new ArrayDeque<>();
    private @Nullable IsthmusMessage next;
    private volatile boolean over; // also by who closes the browser

    Browsing(
            IsthmusConnection connection,
            IsthmusQueue queue,
            Map<TopicPartition, Long> ends,
            @Nullable String selector) {
        this.connection = connection;
        this.queue = queue;
        this.selector = Optional.ofNullable(selector);
        ends.entrySet().stream()
                .sorted(Comparator.comparingInt(end -> end.getKey().partition()))
                .filter(end -> end.getValue() > 0)
                .forEach(end -> ahead.add(new Stretch(end.getKey(), 0, end.getValue())));
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    @Override
    public boolean hasMoreElements() {
        if (next == null && !over) {
            next = JmsErrors.orNull(this::find);
            over = next == null;
        }
        return !over;
    }

    @Override
    public IsthmusMessage nextElement() {
        var found = hasMoreElements() ? next : null;
        if (found == null) {
            throw new NoSuchElementException("nothing more of " + queue + " to browse");
        }
        next = null;
        return found;
    }

    private @Nullable IsthmusMessage find() throws JMSException {
        for (; ; ) {
            for (var record = here.poll(); record != null; record = here.poll()) {
                var message = message(record);
                if (message != null) {
                    return message;
                }
            }
            var stretch = ahead.poll();
            if (stretch == null) {
                return null;
            }
            look(stretch);
        }
    }

    private void look(Stretch stretch) throws JMSException {
        var group = ShareGroups.ofQueue(queue.getName());
        var browse = connection.client().browse(group, stretch.partition(), stretch.from(), stretch.to(), selector);
        var browsed = JmsErrors.await(browse, "browsing " + queue);
        here.addAll(browsed.records());
        if (browsed.next() < stretch.to()) {
            ahead.addFirst(new Stretch(stretch.partition(), browsed.next(), stretch.to()));
        }
    }

    /** The record as a message; null where it has expired. */
    private @Nullable IsthmusMessage message(FetchedRecord record) throws JMSException {
        var envelope = RecordMapping.toEnvelope(record, connection.recordsAsText(), 1);
        var nowMs = connection.surroundings().clock().wallMs();
        if (envelope.expiresMs() != 0 && envelope.expiresMs() <= nowMs) {
            return null;
        }
        var message = Messages.received(envelope, connection.trustedClasses());
        message.receivedBy(() -> {}, queue, false);
        return message;
    }
}
