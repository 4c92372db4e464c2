/**
 * Values that every other package shares. Depends on the JDK alone.
 */
@NullMarked
package org.isthmus.broker.common;

import org.jspecify.annotations.NullMarked;
