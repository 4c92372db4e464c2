package org.isthmus.jms;

import jakarta.jms.Message;
import java.nio.charset.StandardCharsets;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.jms.mapping.Envelope;
import org.isthmus.jms.mapping.RecordMapping;
import org.jspecify.annotations.Nullable;

/** A message that an {@link Intake} has, and nobody else, until it is settled there. Immutable. */
public final class Loan {
    private final ShareDelivery delivery;
    private final int again;
    private final Envelope envelope;
    private final IsthmusDestination from;
    private final ReceivedForm form;

    Loan(ShareDelivery delivery, int again, IsthmusDestination from, ReceivedForm form) {
        this.delivery = delivery;
        this.again = again;
        this.from = from;
        this.form = form;
        var fetched = new FetchedRecord(delivery.partition(), delivery.record());
        envelope = RecordMapping.toEnvelope(fetched, form.recordsAsText(), deliveryCount());
    }

    ShareDelivery delivery() {
        return delivery;
    }

    boolean isExpired(long nowMs) {
        return envelope.expiresMs() != 0 && envelope.expiresMs() <= nowMs;
    }

    /** A message for one worker to read, and to change as much as the specification lets it. */
    public Message message() {
        var message = Messages.received(envelope, form.trusted());
        // A bean does not acknowledge: its container does, through the intake.
        message.receivedBy(() -> {}, from, deliveryCount() > 1);
        return message;
    }

    /** Which delivery this is, from 1. */
    public int deliveryCount() {
        return delivery.deliveryCount() + again;
    }

    /** The same message for one more delivery by the same intake, which has it by this delivery of the broker now. */
    Loan again(ShareDelivery now) {
        return new Loan(now, Math.max(0, deliveryCount() + 1 - now.deliveryCount()), from, form);
    }

    /** Whether this intake has handed it out before. */
    public boolean isRepeated() {
        return again > 0;
    }

    /** The record's key, which the messages of one group have in common; null where it has none. */
    public @Nullable String key() {
        var key = delivery.record().key();
        // Not its text: keys that are no UTF-8 must not become the same one.
        return key == null ? null : new String(key, StandardCharsets.ISO_8859_1);
    }

    /** Whether it lies before the other one in their partition, if they have that in common. */
    public boolean isBefore(Loan other) {
        return delivery.partition().equals(other.delivery.partition())
                && delivery.record().offset() < other.delivery.record().offset();
    }

    public int partition() {
        return delivery.partition().partition();
    }

    @Override
    public String toString() {
        return "partition " + partition() + " offset " + delivery.record().offset() + ", delivery " + deliveryCount();
    }
}
