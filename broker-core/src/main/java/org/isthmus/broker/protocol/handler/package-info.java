/**
 * One class for each API that the broker serves.
 */
@NullMarked
package org.isthmus.broker.protocol.handler;

import org.jspecify.annotations.NullMarked;
