/**
 * Consumer groups as a state machine on the coordinator.
 */
@NullMarked
package org.isthmus.broker.coordinator.group;

import org.jspecify.annotations.NullMarked;
