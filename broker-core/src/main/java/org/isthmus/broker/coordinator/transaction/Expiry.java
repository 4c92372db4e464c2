package org.isthmus.broker.coordinator.transaction;

import java.time.Duration;
import java.util.List;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.View;

/** Decides on transactional ids that nobody uses any more. Stateless. */
final class Expiry {
    private Expiry() {}

    static Decision<TransactionRecord, Boolean> forget(
            View<TransactionMachine> view, String id, Duration idExpiration) {
        var known = view.state().find(id);
        if (known == null || view.nowMs() - known.changedMs() < idExpiration.toMillis()) {
            return Decision.answer(false);
        }
        var isIdle = known.phase() instanceof TransactionPhase.Empty || known.phase() instanceof TransactionPhase.Ended;
        return isIdle && !Branches.isReserved(known)
                ? Decision.of(true, List.of(new TransactionRecord.Forgotten(id)))
                : Decision.answer(false);
    }
}
