/**
 * Message selectors: the conditional expressions of Jakarta Messaging §3.8.1, parsed once and evaluated on many messages. Depends on the JDK
 * alone.
 */
@NullMarked
package org.isthmus.broker.selector;

import org.jspecify.annotations.NullMarked;
