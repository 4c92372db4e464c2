/**
 * Share groups: records of a partition handed out one by one to competing members and acknowledged one by one (KIP-932), and the
 * same mechanism as JMS queues and subscriptions.
 *
 * <p>What must survive ({@link org.isthmus.broker.coordinator.share.ShareMachine}) is a state machine on a log beside the partition: where
 * each group starts, what is done above that, how often what came back was delivered. Who holds which record now ({@link
 * org.isthmus.broker.coordinator.share.ShareDispatch}) is soft: it follows from the records that are applied, and ends with the leader's reign.
 */
@NullMarked
package org.isthmus.broker.coordinator.share;

import org.jspecify.annotations.NullMarked;
