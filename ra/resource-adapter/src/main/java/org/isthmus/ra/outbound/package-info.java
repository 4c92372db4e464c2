/**
 * Pooled connections: the managed connection, and the handles through which applications in web and EJB containers use it.
 */
@NullMarked
package org.isthmus.ra.outbound;

import org.jspecify.annotations.NullMarked;
