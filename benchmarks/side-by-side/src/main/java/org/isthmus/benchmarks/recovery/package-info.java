/** How long a cluster keeps its clients waiting when it loses a broker: Isthmus beside Apache Kafka. */
@NullMarked
package org.isthmus.benchmarks.recovery;

import org.jspecify.annotations.NullMarked;
