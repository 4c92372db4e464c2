package org.isthmus.broker.client;

import org.isthmus.broker.common.BrokerId;

/** A transaction as its coordinator tells of it. */
public record TransactionView(String transactionalId, long producerId, String state, BrokerId coordinator) {}
