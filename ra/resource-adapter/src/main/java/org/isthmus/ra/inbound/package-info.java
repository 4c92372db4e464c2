/**
 * From a queue or a subscription to message-driven beans: activations, and the delivery that keeps an activation's beans busy.
 */
@NullMarked
package org.isthmus.ra.inbound;

import org.jspecify.annotations.NullMarked;
