/**
 * Isthmus and Apache Kafka on the same machine, in the same run, under the same client.
 */
@NullMarked
package org.isthmus.benchmarks;

import org.jspecify.annotations.NullMarked;
