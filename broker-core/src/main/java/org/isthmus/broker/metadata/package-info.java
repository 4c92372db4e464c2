/**
 * What the cluster looks like, and the port of the store that keeps it.
 */
@NullMarked
package org.isthmus.broker.metadata;

import org.jspecify.annotations.NullMarked;
