/** Brokers in processes of their own: Isthmus from its jar, Apache Kafka from the class path that {@code peers/apache-kafka} gathers. */
@NullMarked
package org.isthmus.peers;

import org.jspecify.annotations.NullMarked;
