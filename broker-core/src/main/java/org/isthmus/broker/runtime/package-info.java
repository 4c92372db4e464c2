/**
 * The ports through which the broker meets time, threads, disks and chance, and their production versions.
 */
@NullMarked
package org.isthmus.broker.runtime;

import org.jspecify.annotations.NullMarked;
