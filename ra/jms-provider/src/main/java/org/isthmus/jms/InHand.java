package org.isthmus.jms;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.client.ShareStream.ShareDelivery;

/**
 * What workers have in hand, and by which delivery. Where the connection that brought it is lost, the broker hands it out again, perhaps to the same
 * workers: from then on the worker has it by that delivery, and nobody gets it beside the worker. Workers may have it from one intake after
 * another; what a later one is handed of it waits there until the worker is done. Safe for use by many threads.
 */
public final class InHand {
    private final Map<LoanKey, Held> all = new ConcurrentHashMap<>();

    /**
     * A message in the hand of a worker.
     *
     * @param now the delivery by which it is on loan; the loan's own until that is lost
     * @param to the intake to which it is on loan
     */
    private record Held(Loan loan, ShareDelivery now, Intake to) {}

    void take(List<Loan> loans, Intake from) {
        loans.forEach(loan -> all.put(LoanKey.of(loan.delivery()), new Held(loan, loan.delivery(), from)));
    }

    /** Whether a worker has this in hand, and so has it by this delivery now. */
    boolean comesAgain(ShareDelivery delivery, Intake to) {
        return all.computeIfPresent(LoanKey.of(delivery), (key, held) -> new Held(held.loan(), delivery, to)) != null;
    }

    /** The delivery by which the intake has it on loan, as far as it has. */
    ShareDelivery now(Loan loan, Intake from) {
        var held = all.get(LoanKey.of(loan.delivery()));
        return held != null && held.loan() == loan && held.to() == from ? held.now() : loan.delivery();
    }

    /** The same; and the worker has it no longer. */
    ShareDelivery leave(Loan loan, Intake from) {
        var key = LoanKey.of(loan.delivery());
        var held = all.get(key);
        // Once the worker has given it back, it may be in the hand of another one.
        while (held != null && held.loan() == loan && !all.remove(key, held)) {
            held = all.get(key);
        }
        if (held == null || held.loan() != loan) {
            return loan.delivery();
        }
        if (held.to() != from) {
            held.to().left(held.now());
            return loan.delivery();
        }
        return held.now();
    }
}
