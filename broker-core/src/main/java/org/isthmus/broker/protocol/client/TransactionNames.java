package org.isthmus.broker.protocol.client;

import org.isthmus.broker.runtime.IdSource;

/**
 * The transactional ids of one client. Those of a family have the same hash, so one shard of the coordinator keeps them all: the decisions of
 * transactions one after another go to one log, and what follows each gets to the disk with the next. Owned by the client's loop.
 */
final class TransactionNames {
    /** Two strings with the same hash; so any rows of them, of the same length, have the same hash too. */
    private static final String[] TWINS = {"Aa", "BB"};

    private static final int PAIRS = 6;

    private final IdSource ids;
    private String family = "";
    private int members = 1 << PAIRS;

    TransactionNames(IdSource ids) {
        this.ids = ids;
    }

    String next() {
        if (members == 1 << PAIRS) {
            family = "isthmus-" + ids.nextUuid() + "-";
            members = 0;
        }
        var name = new StringBuilder(family);
        for (var pair = 0; pair < PAIRS; pair++) {
            name.append(TWINS[(members >> pair) & 1]);
        }
        members++;
        return name.toString();
    }
}
