package org.isthmus.broker.coordinator.share;

import java.util.List;

/**
 * Where a group begins on its partition.
 *
 * @param offset of the first record that may be for it
 * @param done what lies behind that and is not for it
 * @param waited what had its place among those that wait below this one was sent before the group began, and is not for it when it comes
 */
record Beginning(long offset, List<OffsetRange> done, long waited) {
    static Beginning at(long offset) {
        return new Beginning(offset, List.of(), 0);
    }
}
