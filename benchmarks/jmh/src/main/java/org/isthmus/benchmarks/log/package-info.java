/**
 * The log by itself: what an append, a look-up, a read and a recovery cost, and that they do not cost more in a longer log.
 */
@NullMarked
package org.isthmus.benchmarks.log;

import org.jspecify.annotations.NullMarked;
