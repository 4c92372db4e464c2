package org.isthmus.broker.coordinator.share;

/**
 * Where a group begins on its partition.
 *
 * @param offset of the first record that may be for it
 * @param waited what had its place among those that wait below this one was sent before the group began, and is not for it when it comes
 */
record Beginning(long offset, long waited) {}
