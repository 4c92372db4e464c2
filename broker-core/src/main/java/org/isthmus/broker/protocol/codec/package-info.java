/**
 * Kafka messages to and from frames.
 */
@NullMarked
package org.isthmus.broker.protocol.codec;

import org.jspecify.annotations.NullMarked;
