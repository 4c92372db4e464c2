package org.isthmus.broker.coordinator.share;

/**
 * What a member asks for at one time.
 *
 * @param maxRecords most records
 * @param maxBytes most bytes that travel for them; one record or batch of any size is handed out all the same
 * @param travel in what company the records travel
 */
public record Demand(String member, int maxRecords, int maxBytes, Travel travel) {
    /** In what company records travel to who asked for them. */
    public enum Travel {
        /** With their batches, which the member does not mind. */
        IN_BATCHES,
        /** A batch that is begun is handed out to its end, also past {@code maxRecords}, so that it travels once. */
        WHOLE_BATCHES,
        /** Without what else their batches hold, where that is much. */
        PICKED
    }
}
