/**
 * From a topic to message-driven beans: activations, and the deliveries of which each owns one session and the partitions it reads.
 */
@NullMarked
package org.isthmus.ra.inbound;

import org.jspecify.annotations.NullMarked;
