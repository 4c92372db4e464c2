package org.isthmus.broker.coordinator.share;

/** What is known of a record that was delivered and came back: how often so far, and from when it may be handed out again. */
record Returned(int deliveries, long availableAtMs) {}
