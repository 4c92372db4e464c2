package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.Acquisition;
import org.isthmus.broker.coordinator.share.Backoff;
import org.isthmus.broker.coordinator.share.DeadLetterTarget;
import org.isthmus.broker.coordinator.share.Demand;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.Opening;
import org.isthmus.broker.coordinator.share.SharePartition;
import org.isthmus.broker.coordinator.share.ShareSettings;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.coordinator.share.Verdict;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Role;
import org.isthmus.broker.replica.Sidecars;

/**
 * A member of a share group on one partition: opens it, takes records, and says what becomes of them. Where it is refused or loses its way it
 * comes back under another name, and what it held is left to the group.
 */
final class ShareMember extends Client {
    static final String GROUP = "g";
    private static final Duration LOCK = Duration.ofMillis(2_500);
    static final String DEAD_LETTERS = "dl";
    private static final ShareSettings SETTINGS = new ShareSettings(
            Interest.EVERYTHING, true, false, true, 10_000, 30, (int) LOCK.toMillis(), Backoff.NONE, Optional.empty());
    private static final ShareSettings WITH_DEAD_LETTERS = new ShareSettings(
            Interest.EVERYTHING,
            true,
            false,
            true,
            3,
            30,
            (int) LOCK.toMillis(),
            Backoff.NONE,
            Optional.of(DeadLetterTarget.own(DEAD_LETTERS)));

    /** How a group's members hold what they take. */
    enum Manner {
        /** For a time. */
        TIMED,
        /** For a time, and where a record is given up it leaves a dead letter. */
        BURYING,
        /** Every other member for as long as its session lives, which ends whenever it loses its way. */
        IN_SESSIONS
    }

    private final Deliveries deliveries;
    private final int number;
    private final ShareSettings settings;
    private final boolean hasSessions;
    private final Set<Long> held = new TreeSet<>();
    /** The processes that know of its session. */
    private final Map<SimulatedBroker, Integer> connections = new LinkedHashMap<>();

    private boolean unanswered;
    private int sessions;
    private boolean open;
    private boolean ending;
    private boolean done;

    ShareMember(ClusterWorld cluster, Deliveries deliveries, TopicPartition partition, int number, Manner manner) {
        super(cluster, partition, 500 + number);
        this.deliveries = deliveries;
        this.number = number;
        this.settings = manner == Manner.BURYING ? WITH_DEAD_LETTERS : SETTINGS;
        this.hasSessions = manner == Manner.IN_SESSIONS && number % 2 == 0;
    }

    /** Takes what is left and acknowledges all of it. */
    void end() {
        ending = true;
    }

    /** Whether the group is done with everything. */
    boolean isDone() {
        return done;
    }

    /** Records that are to be acknowledged in a transaction by who takes them over from this member. */
    record Loan(String member, Deliveries deliveries, Set<Long> offsets) {}

    Loan lend() {
        var loan = new Loan(name(), deliveries, new TreeSet<>(held));
        held.clear();
        return loan;
    }

    private String name() {
        return "m" + number + "." + sessions;
    }

    @Override
    void tryAgain() {
        if (done) {
            return;
        }
        if (hasSessions && (unanswered || cluster.random().nextInt(40) == 0)) {
            comeBack();
        }
        unanswered = false;
        if (!open) {
            open();
        } else if (!held.isEmpty() && (ending || cluster.random().nextInt(3) > 0)) {
            acknowledge();
        } else {
            acquire();
        }
    }

    // ---- asking

    /** Put on the partition's loop, where what is asked is decided. */
    private interface Question<A> {
        CompletionStage<A> put(SimulatedBroker broker, SharePartition share);
    }

    /**
     * What is heard at the broker, in the reign in which it was asked, and where the log of the groups ended then; and what that means to the
     * member.
     */
    private interface Heard<A> {
        Runnable in(SimulatedBroker broker, int reign, long before, A answer);
    }

    private <A> void ask(Question<A> question, Heard<A> heard) {
        var name = name();
        unanswered = true;
        var isHere = new boolean[1];
        ask((broker, answer) -> {
            if (hasSessions && (isHere[0] || !name.equals(name()))) {
                // On one connection nothing comes twice, and nothing after its end.
                return;
            }
            isHere[0] = true;
            connections.put(broker, broker.lives());
            var found = broker.partition(partition);
            if (found == null || !(found.role() instanceof Role.Leader leader)) {
                answer.with(this::refused);
                return;
            }
            var before = Sidecars.of(found)
                    .flatMap(Partition::view)
                    .map(LogView::endOffset)
                    .orElse(0L);
            stage(broker, share -> question.put(broker, share)).whenComplete(cluster.judged((result, failure) -> {
                if (broker.hasLostPower()) {
                    return;
                }
                if (failure == null) {
                    var meaning = heard.in(broker, leader.epoch().value(), before, result);
                    answer.with(() -> {
                        unanswered = false;
                        meaning.run();
                    });
                } else {
                    var code = Route.code(failure);
                    answer.with(() -> refused(code));
                }
            }));
        });
    }

    private <A> CompletionStage<A> stage(
            SimulatedBroker broker, Function<SharePartition, CompletionStage<A>> question) {
        try {
            return broker.coordinators().shares().ask(partition, question);
        } catch (BrokerException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }

    private void refused(ErrorCode code) {
        unanswered = false;
        switch (code) {
            case UNKNOWN_SERVER_ERROR -> throw new AssertionError("member " + name() + " is answered " + code);
            case UNKNOWN_MEMBER_ID, GROUP_ID_NOT_FOUND, INVALID_RECORD_STATE, NOT_COORDINATOR -> comeBack();
            default -> {}
        }
        refused();
    }

    /** What it held is held by the one that it was, until its time is over. */
    private void comeBack() {
        if (hasSessions) {
            endSession();
        }
        held.clear();
        open = false;
        sessions++;
    }

    /** Each broker hears of it in its own time. */
    private void endSession() {
        var name = name();
        connections.forEach((broker, life) ->
                loop.schedule(Duration.ofMillis(cluster.random().nextInt(2_000)), () -> lose(broker, life, name)));
        connections.clear();
    }

    private void lose(SimulatedBroker broker, int life, String name) {
        var listener = broker.listener();
        if (listener == null || broker.lives() != life) {
            return;
        }
        listener.execute(() -> {
            deliveries.gone(name);
            stage(broker, share -> share.lose(GROUP, name)).exceptionally(notLedHere -> null);
        });
    }

    private void goOn() {
        loop.schedule(Duration.ofMillis(10 + cluster.random().nextInt(150)), this::tryAgain);
    }

    // ---- the group

    private void open() {
        var name = name();
        var opening = new Opening(settings, Interest.EVERYTHING, hasSessions, new StartAt.Earliest(), false);
        ask((asked, share) -> share.open(GROUP, name, opening), (broker, reign, before, opened) -> () -> {
            open = true;
            goOn();
        });
    }

    private void acquire() {
        var name = name();
        var demand = new Demand(name, 1 + cluster.random().nextInt(8), 400, Demand.Travel.IN_BATCHES);
        ask((asked, share) -> share.acquire(GROUP, demand), (broker, reign, before, found) -> {
            var taken = taken(found);
            var now = broker.clock().nanos();
            var until = hasSessions ? Long.MAX_VALUE : now + LOCK.toNanos();
            taken.forEach((offset, count) -> deliveries.handedOut(broker, reign, name, offset, count, now, until));
            return () -> {
                if (!name.equals(name())) {
                    return;
                }
                held.addAll(taken.keySet());
                if (taken.isEmpty() && ending) {
                    look();
                } else {
                    goOn();
                }
            };
        });
    }

    private static Map<Long, Integer> taken(Acquisition found) {
        var taken = new TreeMap<Long, Integer>();
        for (var acquired : found.acquired()) {
            for (var offset = acquired.range().first();
                    offset <= acquired.range().last();
                    offset++) {
                taken.put(offset, acquired.deliveries());
            }
        }
        return taken;
    }

    private void acknowledge() {
        var verdicts = new TreeMap<Long, Verdict>();
        held.forEach(offset -> {
            if (ending) {
                verdicts.put(offset, Verdict.ACCEPT);
            } else {
                switch (cluster.random().nextInt(10)) {
                    case 0, 1 -> verdicts.put(offset, Verdict.RELEASE);
                    case 2 -> verdicts.put(offset, Verdict.REJECT);
                    case 3, 4 -> {}
                    default -> verdicts.put(offset, Verdict.ACCEPT);
                }
            }
        });
        held.removeAll(verdicts.keySet());
        if (verdicts.isEmpty()) {
            goOn();
            return;
        }
        var said = new ArrayList<Acknowledgement>();
        verdicts.forEach((offset, verdict) -> said.add(new Acknowledgement(OffsetRange.of(offset), verdict)));
        deliveries.perhapsSettled(verdicts.keySet().stream()
                .filter(offset -> settles(verdicts.get(offset)))
                .toList());
        var name = name();
        ask(
                (asked, share) -> {
                    // What it has taken in the meantime without hearing of it counts too.
                    var counts = deliveries.counts(asked, name, verdicts.keySet());
                    deliveries.said(asked, name, verdicts.keySet());
                    return share.acknowledge(GROUP, name, List.copyOf(said)).thenApply(acknowledged -> counts);
                },
                (broker, reign, before, counts) -> {
                    assertThat(counts.keySet())
                            .as("handed to %s, which has settled %s", name, verdicts)
                            .isEqualTo(verdicts.keySet());
                    if (verdicts.entrySet().stream()
                            .anyMatch(each -> isNoted(each.getValue(), counts.get(each.getKey())))) {
                        cluster.toldDone(partition, true, broker, before);
                    }
                    verdicts.forEach((offset, verdict) -> {
                        if (settles(verdict)) {
                            deliveries.settled(reign, offset);
                        } else if (isNoted(verdict, counts.get(offset))) {
                            deliveries.returned(reign, offset, counts.get(offset));
                        }
                    });
                    return this::goOn;
                });
    }

    /** What is on its way to a dead letter is handed out once more where the broker dies before that is there. */
    private boolean settles(Verdict verdict) {
        return verdict == Verdict.ACCEPT
                || (verdict == Verdict.REJECT && settings.deadLetterTarget().isEmpty());
    }

    /** Whether what it says is kept at once, be it settled or given back. */
    private boolean isNoted(Verdict verdict, int count) {
        return settles(verdict) || (verdict == Verdict.RELEASE && count < settings.maxDeliveries());
    }

    /** Whether anything is left. */
    private void look() {
        ask((asked, share) -> share.progress(GROUP), (broker, reign, before, progress) -> {
            var end = broker.partition(partition).view().orElseThrow().endOffset();
            return () -> {
                done = progress.startOffset() == end;
                goOn();
            };
        });
    }

    @Override
    public String toString() {
        return "member " + name() + " of " + partition + (open ? " holds " : " has not opened it; holds ") + held;
    }
}
