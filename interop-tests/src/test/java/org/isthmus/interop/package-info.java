/**
 * Foreign clients against Isthmus, and the same against Apache Kafka. Each client and each broker is a process of its own with its own
 * class path; what a client answers is compared line by line, and where the two differ {@code docs/kafka-compatibility.md} says why.
 */
@NullMarked
package org.isthmus.interop;

import org.jspecify.annotations.NullMarked;
