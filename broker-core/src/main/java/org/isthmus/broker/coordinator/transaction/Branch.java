package org.isthmus.broker.coordinator.transaction;

import org.isthmus.broker.common.Xid;

/**
 * The branch of a global transaction that a transaction here was prepared as.
 *
 * @param heuristic whether an administrator ended it in place of its transaction manager, who is to hear of that and then forgets the branch
 */
public record Branch(Xid xid, boolean heuristic) {}
