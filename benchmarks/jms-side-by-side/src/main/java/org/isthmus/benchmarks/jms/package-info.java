/**
 * Isthmus and ActiveMQ Artemis on the same machine, in the same run, under the same {@code jakarta.jms} program: embedded in it, and over TCP.
 *
 * <p>On both sides a persistent send that returned, and a commit that returned, are forced to the disk. With Isthmus that is {@code
 * isthmus.flush=commit}, its default; with Artemis {@code journal-sync-transactional}, {@code journal-sync-non-transactional} and {@code
 * journal-datasync}, with its journal's gathering time measured on the disk as {@code artemis create} does.
 *
 * <p>What differs is an acknowledgement outside of a transaction: with {@code AUTO_ACKNOWLEDGE} Isthmus hands out the next message once the disk has
 * it that this one is done with, while Artemis's client by default ({@code blockOnAcknowledge=false}) does not wait for that.
 */
@NullMarked
package org.isthmus.benchmarks.jms;

import org.jspecify.annotations.NullMarked;
