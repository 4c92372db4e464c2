package org.isthmus.broker.coordinator.transaction;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.coordinator.StateMachine;
import org.jspecify.annotations.Nullable;

/** The transactional ids of one shard, as the sum of their records. Owned by the shard's loop. */
final class TransactionMachine implements StateMachine<TransactionRecord> {
    private final Map<String, Transaction> transactions = new HashMap<>();

    @Nullable
    Transaction find(String transactionalId) {
        return transactions.get(transactionalId);
    }

    Collection<Transaction> transactions() {
        return Collections.unmodifiableCollection(transactions.values());
    }

    @Override
    public void replay(long offset, TransactionRecord record) {
        if (record instanceof TransactionRecord.Saved saved) {
            transactions.put(saved.transaction().id(), saved.transaction());
        } else if (record instanceof TransactionRecord.Forgotten forgotten) {
            transactions.remove(forgotten.transactionalId());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionMachine machine && transactions.equals(machine.transactions);
    }

    @Override
    public int hashCode() {
        return transactions.hashCode();
    }

    @Override
    public String toString() {
        return transactions.values().toString();
    }
}
