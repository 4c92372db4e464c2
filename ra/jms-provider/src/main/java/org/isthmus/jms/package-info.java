/**
 * The Jakarta Messaging provider: connections, sessions, producers, consumers and messages on the broker's client.
 */
@NullMarked
package org.isthmus.jms;

import org.jspecify.annotations.NullMarked;
