/**
 * The broker client on the wire protocol.
 */
@NullMarked
package org.isthmus.broker.protocol.client;

import org.jspecify.annotations.NullMarked;
