/**
 * The metadata of a cluster of several brokers, kept in ZooKeeper; alone sees Curator.
 *
 * <p>ZooKeeper is the one truth. Nothing is pushed: a watch only says "look again", and what is looked at is the present state.
 */
@NullMarked
package org.isthmus.broker.zookeeper;

import org.jspecify.annotations.NullMarked;
