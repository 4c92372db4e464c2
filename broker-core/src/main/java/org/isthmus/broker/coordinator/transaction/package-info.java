/**
 * Producer identities, and transactions as a state machine on the coordinator.
 */
@NullMarked
package org.isthmus.broker.coordinator.transaction;

import org.jspecify.annotations.NullMarked;
