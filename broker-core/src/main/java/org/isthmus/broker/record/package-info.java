/**
 * The record batch of format v2: views, builders, checksums, compression and control markers.
 */
@NullMarked
package org.isthmus.broker.record;

import org.jspecify.annotations.NullMarked;
