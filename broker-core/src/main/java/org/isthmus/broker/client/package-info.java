/**
 * The broker's client as its users see it: domain-typed, asynchronous, routed by metadata.
 */
@NullMarked
package org.isthmus.broker.client;

import org.jspecify.annotations.NullMarked;
