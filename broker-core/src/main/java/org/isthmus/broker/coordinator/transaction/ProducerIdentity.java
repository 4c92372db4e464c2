package org.isthmus.broker.coordinator.transaction;

/** Who a producer is: its id, and the epoch that tells its incarnations apart. Of two with the same id, the lower epoch is fenced. */
public record ProducerIdentity(long producerId, short epoch) {
    /** That of a producer that has none yet. */
    public static final ProducerIdentity NONE = new ProducerIdentity(-1, (short) -1);

    /** The highest epoch is for markers alone: it ends what the last producer of the id left open. */
    private static final short LAST_FOR_PRODUCERS = Short.MAX_VALUE - 1;

    ProducerIdentity next() {
        return new ProducerIdentity(producerId, (short) Math.min(epoch + 1, Short.MAX_VALUE));
    }

    /** Whether no producer may be given the next epoch of this id, so that another id is due. */
    boolean isSpent() {
        return epoch >= LAST_FOR_PRODUCERS;
    }
}
