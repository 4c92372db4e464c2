package org.isthmus.jms;

import java.time.Duration;
import java.util.List;

/**
 * A branch that a broker keeps for a transaction manager.
 *
 * @param xid its name, as {@code format:global:branch} with the latter two in hexadecimal digits
 * @param state {@code PREPARED}, or how an administrator has ended it: {@code HEURISTICALLY_COMMITTED}, {@code HEURISTICALLY_ROLLED_BACK}
 * @param age since it was prepared or ended
 * @param participants the partitions in which it sends or acknowledges
 */
public record RecoverableBranch(String xid, String state, Duration age, List<String> participants) {}
