/**
 * One partition's log on disk: segments, indexes, producer state, recovery and retention.
 */
@NullMarked
package org.isthmus.broker.log;

import org.jspecify.annotations.NullMarked;
