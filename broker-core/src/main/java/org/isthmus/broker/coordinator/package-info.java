/**
 * A replicated state machine over one log partition: decide, append, replay, answer.
 */
@NullMarked
package org.isthmus.broker.coordinator;

import org.jspecify.annotations.NullMarked;
