/**
 * One replica of a partition: its role, its high watermark, and the group commit that makes it durable.
 */
@NullMarked
package org.isthmus.broker.replica;

import org.jspecify.annotations.NullMarked;
