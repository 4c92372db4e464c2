/**
 * Whole clusters in the simulated world: the brokers' own parts, joined as in production, with clients that check what they are told.
 */
package org.isthmus.broker.cluster;
