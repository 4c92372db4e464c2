/**
 * Brokers in processes of their own: Isthmus from its jar, Apache Kafka and ActiveMQ Artemis from the class paths that {@code peers/apache-kafka} and
 * {@code peers/artemis} gather.
 */
@NullMarked
package org.isthmus.peers;

import org.jspecify.annotations.NullMarked;
