/**
 * Delayed records: they wait in a log beside their partition and are appended to it when they are due, each once.
 *
 * <p>They are moved strictly in the order of their times, so all that must survive of the progress is one place in that order; the index of
 * what waits is a window on the log that holds the next ones due, however many there are.
 */
@NullMarked
package org.isthmus.broker.coordinator.delay;

import org.jspecify.annotations.NullMarked;
