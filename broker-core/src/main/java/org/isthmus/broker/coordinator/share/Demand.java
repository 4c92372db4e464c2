package org.isthmus.broker.coordinator.share;

/**
 * What a member asks for at one time.
 *
 * @param maxRecords most records
 * @param maxBytes most bytes of the batches around them; one batch of any size is handed out all the same
 * @param wholeBatches whether a batch that is begun is handed out to its end, also past {@code maxRecords}, so that it travels once
 */
public record Demand(String member, int maxRecords, int maxBytes, boolean wholeBatches) {}
