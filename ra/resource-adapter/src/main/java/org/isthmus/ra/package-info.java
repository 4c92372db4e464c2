/**
 * The resource adapter as an application server sees it: the adapter itself, its connection factories and its activation specifications.
 * What they start lives in {@code inbound} and {@code outbound}, which know nothing of this package.
 */
@NullMarked
package org.isthmus.ra;

import org.jspecify.annotations.NullMarked;
