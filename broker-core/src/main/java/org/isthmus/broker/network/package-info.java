/**
 * Frames over TCP and in the JVM. The only package that knows Netty.
 */
@NullMarked
package org.isthmus.broker.network;

import org.jspecify.annotations.NullMarked;
