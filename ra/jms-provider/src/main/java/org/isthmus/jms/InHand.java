package org.isthmus.jms;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of an intake have in hand, and by which delivery. Where the connection that brought it is lost, the broker hands it out again,
 * perhaps to this intake: from then on the worker has it by that delivery, and nobody gets it beside the worker. Safe for use by many threads.
 */
final class InHand {
    private final Map<LoanKey, Held> all = new ConcurrentHashMap<>();

    /** @param now the delivery by which it is on loan; the loan's own until that is lost */
    private record Held(Loan loan, ShareDelivery now) {}

    void take(List<Loan> loans) {
        loans.forEach(loan -> all.put(LoanKey.of(loan.delivery()), new Held(loan, loan.delivery())));
    }

    /** Whether a worker has this in hand, and so has it by this delivery now. */
    boolean comesAgain(ShareDelivery delivery) {
        return all.computeIfPresent(LoanKey.of(delivery), (key, held) -> new Held(held.loan(), delivery)) != null;
    }

    /** The deliveries by which these are on loan. */
    List<ShareDelivery> now(List<Loan> loans) {
        return loans.stream()
                .map(loan -> now(loan, all.get(LoanKey.of(loan.delivery()))))
                .toList();
    }

    /** The same; and the worker has them no longer. */
    List<ShareDelivery> leave(List<Loan> loans) {
        return loans.stream().map(this::leave).toList();
    }

    ShareDelivery leave(Loan loan) {
        var key = LoanKey.of(loan.delivery());
        var held = all.get(key);
        while (held != null && held.loan() == loan && !all.remove(key, held)) {
            held = all.get(key);
        }
        return now(loan, held);
    }

    /** Once the worker has given it back, the same message may be in the hand of another one. */
    private static ShareDelivery now(Loan loan, @Nullable Held held) {
        return held != null && held.loan() == loan ? held.now() : loan.delivery();
    }
}
