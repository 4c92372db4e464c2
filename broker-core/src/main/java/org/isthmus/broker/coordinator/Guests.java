package org.isthmus.broker.coordinator;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/**
 * Those that a transaction's coordinator is being asked to let in, and that have written nothing for it yet. Who was let in before the
 * transaction's end and has not written by then must not write behind it: nobody would settle that. Owned by the loop of what takes part.
 *
 * @param <T> how a transaction is known
 */
public final class Guests<T> {
    private final Set<Guest<T>> waiting = new HashSet<>();

    /**
     * Asks for admission; completes on the loop once it is given. Fails as the admission does, and with {@code INVALID_TXN_STATE} where the
     * transaction has ended meanwhile.
     */
    public CompletionStage<Void> admit(T transaction, Supplier<CompletionStage<Void>> admission, Executor loop) {
        var guest = new Guest<>(transaction);
        waiting.add(guest);
        return admission
                .get()
                .whenCompleteAsync((admitted, refused) -> waiting.remove(guest), loop)
                .thenAccept(admitted -> {
                    if (guest.ended) {
                        throw new BrokerException(ErrorCode.INVALID_TXN_STATE, "the transaction has ended meanwhile");
                    }
                });
    }

    /** Turns away those whose transaction has ended. */
    public void end(Predicate<T> ended) {
        waiting.stream().filter(guest -> ended.test(guest.transaction)).forEach(guest -> guest.ended = true);
    }

    private static final class Guest<T> {
        private final T transaction;
        private boolean ended;

        Guest(T transaction) {
            this.transaction = transaction;
        }
    }
}
