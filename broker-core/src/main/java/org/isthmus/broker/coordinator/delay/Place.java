package org.isthmus.broker.coordinator.delay;

/** Where a waiting record lies in the log now, and how large it is. */
record Place(long offset, int sizeInBytes) {}
