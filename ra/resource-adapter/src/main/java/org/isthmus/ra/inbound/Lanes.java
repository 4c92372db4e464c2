package org.isthmus.ra.inbound;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.isthmus.jms.Loan;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a bean, in lanes of which each has one bean at most: so what is in one lane is delivered in its order, and as many lanes at
 * once as there are beans. What is in no lane may go to any bean. Guarded by the lock of its delivery.
 *
 * <p>Invariant: a lane is busy from when something of it is taken until that was settled, also while it waits for its next delivery.
 */
final class Lanes {
    private final Subscription.Ordering ordering;
    private final Crew crew;
    private final Deque<Loan> waiting = new ArrayDeque<>();

    /** @param crew who may have lanes also of an earlier delivery */
    Lanes(Subscription.Ordering ordering, Crew crew) {
        this.ordering = ordering;
        this.crew = crew;
    }

    private @Nullable Object laneOf(Loan loan) {
        return switch (ordering) {
            case NONE -> null;
            case KEY -> loan.key();
            case PARTITION -> loan.partition();
        };
    }

    /** Whether a failed message keeps what follows it waiting. */
    boolean keepsOrder(Loan loan) {
        return laneOf(loan) != null;
    }

    void add(List<Loan> loans) {
        waiting.addAll(loans);
    }

    /** Before what follows it in its partition, which has come already. */
    void insert(Loan loan) {
        var front = new ArrayList<Loan>();
        while (!waiting.isEmpty() && !loan.isBefore(waiting.element())) {
            front.add(waiting.remove());
        }
        front.add(loan);
        putFirst(front);
    }

    private void putFirst(List<Loan> loans) {
        for (int i = loans.size() - 1; i >= 0; i--) {
            waiting.addFirst(loans.get(i));
        }
    }

    int size() {
        return waiting.size();
    }

    /** Whether the first that waits comes again, and so alone. */
    boolean beginsWithRepeated() {
        var first = waiting.peekFirst();
        return first != null && first.deliveryCount() > 1;
    }

    /** How many beans could begin now, up to a limit. */
    int ready(int limit) {
        var lanes = new HashSet<Object>();
        int ready = 0;
        for (var loan : waiting) {
            if (ready >= limit) {
                break;
            }
            var lane = laneOf(loan);
            if (lane == null || (!crew.isBusy(lane) && lanes.add(lane))) {
                ready++;
            }
        }
        return ready;
    }

    /**
     * The next messages for one bean, none where every lane is busy. What comes again comes alone, so that a message that fails does not
     * condemn those beside it. What is not {@code held} any more is dropped.
     */
    List<Loan> take(int most, Predicate<Loan> held) {
        var taken = new ArrayList<Loan>();
        var mine = new HashSet<Object>();
        var passed = new HashSet<Object>();
        for (var all = waiting.iterator(); all.hasNext() && taken.size() < most; ) {
            var loan = all.next();
            if (!held.test(loan)) {
                all.remove();
                continue;
            }
            var lane = laneOf(loan);
            boolean free = lane == null || mine.contains(lane) || !(crew.isBusy(lane) || passed.contains(lane));
            boolean alone = loan.deliveryCount() > 1;
            if (free && (!alone || taken.isEmpty())) {
                taken.add(loan);
                all.remove();
                if (lane != null) {
                    mine.add(lane);
                }
                if (alone) {
                    break;
                }
            } else if (lane != null) {
                // Nothing may overtake it in its lane.
                passed.add(lane);
                mine.remove(lane);
            }
        }
        taken.forEach(this::occupy);
        return taken;
    }

    private void occupy(Loan loan) {
        var lane = laneOf(loan);
        if (lane != null) {
            crew.occupy(lane);
        }
    }

    /** These are settled. */
    void done(List<Loan> loans) {
        loans.forEach(loan -> {
            var lane = laneOf(loan);
            if (lane != null) {
                crew.vacate(lane);
            }
        });
    }

    /** These come again, before what follows in their lanes. */
    void again(List<Loan> loans) {
        putFirst(loans);
        done(loans);
    }

    /** Everything that waits and no bean has seen; it does not wait any more. */
    List<Loan> takeUnseen() {
        var unseen = new ArrayList<Loan>();
        waiting.removeIf(loan -> !loan.isRepeated() && unseen.add(loan));
        return unseen;
    }

    /** Everything that waits in the lanes of these; it does not wait any more. */
    List<Loan> takeBehind(List<Loan> loans) {
        var lanes = loans.stream().map(this::laneOf).filter(Objects::nonNull).collect(Collectors.toSet());
        var behind = new ArrayList<Loan>();
        waiting.removeIf(loan -> lanes.contains(laneOf(loan)) && behind.add(loan));
        return behind;
    }
}
