package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.broker.runtime.Clock;

/**
 * What becomes of the messages of one queue, as applications see it, and what must never be seen. A message goes by its text.
 *
 * <p>Who loses a connection hears of it later than the broker does, so for a moment it may take for its own what somebody else has by then. What is
 * said of such a moment holds on the other side of it alone.
 */
final class JmsLedger {
    /** For how long somebody may not know that a connection is lost, by far. */
    static final long UNAWARE_NANOS = Duration.ofSeconds(2).toNanos();

    /** How the names of those senders begin whose messages may be lost, or be over before they come again. */
    static final String FLEETING = "x";

    /** In which everything that nobody holds is handed out to the only one who wants it, by far. */
    private static final long SOON_NANOS = Duration.ofSeconds(5).toNanos();

    /** In which an automatic acknowledgement is at the broker, by far. */
    private static final long ACKNOWLEDGING_NANOS = Duration.ofSeconds(3).toNanos();

    private final Clock clock;
    private final Map<String, Fate> fates = new TreeMap<>();
    private final Map<SimProcess, List<Long>> losses = new HashMap<>();
    private final List<Long> allLosses = new ArrayList<>();
    private int kills;

    /** A consumer as the application has it; a new one has nothing to do with the one before. */
    record Holder(String name, SimProcess process, boolean isTransacted, JmsChoice choice) {}

    private static final class Fate {
        private final String text;
        private boolean attempted;
        private boolean sent;
        private boolean unsafe;
        private int partition = -1;
        private long offset = -1;
        private int seen;
        private int killsBefore;
        private long firstSeenNanos = -1;
        private Holder holder;
        private long heldNanos;
        private boolean wasInTransaction;
        /** Who takes it for acknowledged, though nobody has told. */
        private Holder automatic;

        private long automaticNanos;
        private boolean lazily;
        private boolean settled;
        private boolean perhapsSettled;
        private boolean perhapsMoved;
        private boolean prepared;
        private String movedBy;
        private boolean drained;
        private final List<String> copies = new ArrayList<>();

        private Fate(String text) {
            this.text = text;
        }
    }

    JmsLedger(Clock clock) {
        this.clock = clock;
    }

    // ---- trouble

    void lost(SimProcess process) {
        losses.computeIfAbsent(process, any -> new ArrayList<>()).add(clock.nanos());
        allLosses.add(clock.nanos());
    }

    void killed(SimProcess process) {
        lost(process);
        kills++;
    }

    private boolean hasLost(SimProcess process, long fromNanos, long toNanos) {
        return losses.getOrDefault(process, List.of()).stream().anyMatch(at -> at >= fromNanos && at <= toNanos);
    }

    /** Whether it lost something since then, or so shortly before that it may not have known. */
    private boolean hasLostSince(SimProcess process, long nanos) {
        return hasLost(process, nanos - UNAWARE_NANOS, Long.MAX_VALUE);
    }

    // ---- senders

    private Fate fate(String text) {
        return fates.computeIfAbsent(text, Fate::new);
    }

    /** @param unsafe whether it may be lost with the broker's machine, so that another gets its place */
    void sending(String text, boolean unsafe) {
        fate(text).attempted = true;
        fate(text).unsafe = unsafe;
    }

    void sent(Collection<String> texts) {
        texts.forEach(text -> fate(text).sent = true);
    }

    // ---- receivers

    /** An application has it. */
    void handed(Holder to, Message message) throws JMSException {
        var fate = fate(message.getBody(String.class));
        var now = clock.nanos();
        var count = message.getIntProperty("JMSXDeliveryCount");
        var offset = message.getLongProperty("JMS_Isthmus_Offset");
        var what = "%s, delivery %d, to %s".formatted(fate.text, count, to.name());
        assertThat(fate.attempted).as("%s: it was sent", what).isTrue();
        assertThat(fate.offset)
                .as("%s: where it was before; it comes from %d", what, offset)
                .isIn(-1L, offset);
        fate.offset = offset;
        var partition = message.getIntProperty("JMS_Isthmus_Partition");
        assertThat(fate.partition)
                .as("%s: the partition that it was in before; it comes from %d", what, partition)
                .isIn(-1, partition);
        fate.partition = partition;
        assertThat(to.choice().covers(kind(fate.text)))
                .as("%s: it was selected", what)
                .isTrue();
        assertThat(message.getJMSDeliveryTime())
                .as("%s: when it may be delivered", what)
                .isLessThanOrEqualTo(clock.wallMs());
        assertThat(fate.prepared)
                .as("%s: it is part of a prepared branch", what)
                .isFalse();
        var mayBeUnaware = hasLostSince(to.process(), now);
        if (!mayBeUnaware) {
            assertThat(fate.settled).as("%s: it was acknowledged", what).isFalse();
            assertThat(fate.movedBy)
                    .as("%s: it was moved by a transaction", what)
                    .isNull();
        }
        checkHeld(fate, to, what, mayBeUnaware);
        checkAutomatic(fate, to, what, mayBeUnaware);
        checkCount(fate, message, count, what);
        fate.holder = to;
        fate.heldNanos = now;
        fate.wasInTransaction |= to.isTransacted();
    }

    private void checkHeld(Fate fate, Holder to, String what, boolean mayBeUnaware) {
        var before = fate.holder;
        if (before != null && !mayBeUnaware && !hasLostSince(before.process(), fate.heldNanos)) {
            throw new AssertionError(what + ": " + before.name() + " has it");
        }
    }

    private void checkAutomatic(Fate fate, Holder to, String what, boolean mayBeUnaware) {
        var before = fate.automatic;
        if (before == null) {
            return;
        }
        assertThat(before).as("%s: it acknowledged it by itself before", what).isNotEqualTo(to);
        if (!mayBeUnaware
                && !hasLost(
                        before.process(),
                        fate.automaticNanos - UNAWARE_NANOS,
                        fate.lazily ? Long.MAX_VALUE : fate.automaticNanos + ACKNOWLEDGING_NANOS)) {
            throw new AssertionError(what + ": " + before.name() + " has acknowledged it by itself");
        }
    }

    private void checkCount(Fate fate, Message message, int count, String what) throws JMSException {
        assertThat(message.getJMSRedelivered()).as("%s: redelivered", what).isEqualTo(count > 1);
        if (fate.firstSeenNanos < 0) {
            fate.firstSeenNanos = clock.nanos();
            fate.killsBefore = kills;
        }
        fate.seen++;
        // Who was killed may have been handed it and not have told us.
        assertThat(count)
                .as("%s: deliveries at most", what)
                .isLessThanOrEqualTo(fate.seen + kills - fate.killsBefore + (kills > 0 ? 1 : 0));
        var since = fate.firstSeenNanos - UNAWARE_NANOS;
        if (allLosses.stream().noneMatch(at -> at >= since)) {
            assertThat(count).as("%s: deliveries", what).isEqualTo(fate.seen);
        }
    }

    /** From now on they may be handed out again, to whomever. */
    void released(Collection<String> texts) {
        texts.forEach(text -> fate(text).holder = null);
    }

    /** Its session acknowledges it without a word; lazily, when it likes. */
    void automatic(Holder by, String text, boolean lazily) {
        var fate = fate(text);
        fate.holder = null;
        fate.automatic = by;
        fate.automaticNanos = clock.nanos();
        fate.lazily = lazily;
        fate.perhapsSettled = true;
    }

    void acknowledging(Collection<String> texts) {
        texts.forEach(text -> fate(text).perhapsSettled = true);
    }

    void acknowledged(Collection<String> texts) {
        texts.forEach(text -> {
            var fate = fate(text);
            fate.settled = true;
            fate.holder = null;
        });
    }

    void committing(Collection<String> texts) {
        texts.forEach(text -> fate(text).perhapsMoved = true);
    }

    /** Nobody gets them before the branch is ended, whatever fails. */
    void prepared(Collection<String> texts) {
        texts.forEach(text -> fate(text).prepared = true);
    }

    /** The branch that has them is about to be rolled back. */
    void unprepared(Collection<String> texts) {
        texts.forEach(text -> {
            fate(text).prepared = false;
            fate(text).holder = null;
        });
    }

    void moved(String transaction, Collection<String> texts) {
        texts.forEach(text -> {
            var fate = fate(text);
            fate.prepared = false;
            assertThat(fate.movedBy)
                    .as("%s: moved before %s", text, transaction)
                    .isNull();
            fate.movedBy = transaction;
            fate.holder = null;
        });
    }

    // ---- the end

    /** It was there still. What a transaction had, whoever began it was killed, may have had to wait for that to end by its time. */
    void drained(Holder by, Message message, long sinceNanos) throws JMSException {
        handed(by, message);
        var fate = fate(message.getBody(String.class));
        if (!fate.wasInTransaction) {
            assertThat(clock.nanos() - sinceNanos)
                    .as("%s: comes at once, when nobody holds it", fate.text)
                    .isLessThan(SOON_NANOS);
        }
        assertThat(fate.drained).as("%s: came before", fate.text).isFalse();
        fate.drained = true;
        fate.holder = null;
    }

    void copied(Message copy) throws JMSException {
        fate(copy.getBody(String.class)).copies.add(copy.getStringProperty("by"));
    }

    /**
     * Everything is healed and drained. Returns how much came of it.
     *
     * @param wanted what of it anybody wanted
     */
    int check(JmsChoice wanted) {
        for (var fate : fates.values()) {
            if (fate.movedBy != null) {
                assertThat(fate.copies).as("copies of %s", fate.text).containsExactly(fate.movedBy);
            } else {
                assertThat(fate.copies)
                        .as("copies of %s", fate.text)
                        .hasSizeLessThanOrEqualTo(fate.perhapsMoved ? 1 : 0);
            }
            var isMoved = !fate.copies.isEmpty();
            if (isMoved) {
                assertThat(fate.drained)
                        .as("%s: is there still, and was moved", fate.text)
                        .isFalse();
                assertThat(fate.settled)
                        .as("%s: was acknowledged, and moved", fate.text)
                        .isFalse();
            }
            if (fate.sent && wanted.covers(kind(fate.text))) {
                assertThat(fate.drained || isMoved || fate.settled || fate.perhapsSettled)
                        .as("%s: is lost; last with %s", fate.text, fate.holder)
                        .isTrue();
            }
        }
        checkOrder();
        return (int) fates.values().stream().filter(fate -> fate.seen > 0).count();
    }

    /** What one session sent lies in the order in which it was sent. */
    private void checkOrder() {
        var last = new HashMap<String, Fate>();
        var names = new ArrayList<>(fates.keySet());
        names.sort((a, b) -> number(a) - number(b));
        for (var text : names) {
            var fate = fate(text);
            if (fate.offset >= 0 && !fate.unsafe) {
                var before = last.put(sender(text), fate);
                if (before != null) {
                    assertThat(fate.offset)
                            .as("place of %s, sent after %s", text, before.text)
                            .isGreaterThan(before.offset);
                }
            }
        }
    }

    /** Whose message it is: what one session sent bears one name. */
    static String sender(String text) {
        return text.substring(0, text.lastIndexOf('-'));
    }

    /** By which consumers choose. */
    static int kind(String text) {
        return number(text) % 3;
    }

    static int number(String text) {
        return Integer.parseInt(text.substring(text.lastIndexOf('-') + 1));
    }
}
