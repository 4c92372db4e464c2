/**
 * The composition root: the broker, its configuration and its command line.
 */
@NullMarked
package org.isthmus.broker.server;

import org.jspecify.annotations.NullMarked;
