package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.Test;

/**
 * Members of one group join, fetch, settle, leave and vanish, records are written and deleted, locks end, the log refuses, and the leader
 * dies, in an order that a seed decides. A model that knows every answer checks each one.
 */
class ShareSimulationTest {
    private static final int STEPS = 300;
    private static final String GROUP = "g";
    private static final List<String> INTERESTS = List.of("", "a", "bz");

    @Test
    void holdsWhatItPromises() {
        Seeds.each(1000, seed -> new World(seed).run());
    }

    /** A record that a member was handed, as the model remembers it. */
    private record Held(String member, int deliveries, boolean counts, long untilNanos) {}

    private static final class World {
        final long seed;
        final Random random;
        final ShareHarness harness;
        final Map<String, String> members = new TreeMap<>();
        final Map<Long, Held> held = new TreeMap<>();
        final Map<Long, Integer> deliveries = new HashMap<>();
        final Set<Long> settled = new HashSet<>();
        final Set<Long> maybeSettled = new HashSet<>();
        final boolean session;
        boolean crashed;
        int names;

        World(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.session = random.nextBoolean();
            this.harness = new ShareHarness(() -> Duration.ofMillis(random.nextInt(4)), () -> random.nextInt(30) == 0);
        }

        void run() {
            for (var step = 0; step < STEPS; step++) {
                switch (random.nextInt(14)) {
                    case 0, 1, 2 -> produce();
                    case 3 -> join();
                    case 4, 5, 6, 7 -> acquire();
                    case 8, 9, 10 -> acknowledge();
                    case 11 -> leave();
                    case 12 -> harness.loop.run(Duration.ofMillis(random.nextInt(6_000)));
                    default -> {
                        if (random.nextInt(6) == 0) {
                            crash();
                        } else if (random.nextInt(6) == 0) {
                            harness.records.deleteBelow(random.nextInt((int) harness.records.end() + 1));
                        }
                    }
                }
                if (step % 20 == 0) {
                    replayingTheLogGivesTheLiveState();
                }
            }
            drain();
        }

        String say(String what) {
            return "seed " + seed + ": " + what;
        }

        void produce() {
            var letters = new StringBuilder();
            for (var i = random.nextInt(5); i >= 0; i--) {
                letters.append("abcz".charAt(random.nextInt(4)));
            }
            harness.records.append(letters.toString(), random.nextInt(8) != 0);
        }

        Opening opening(String wanted) {
            var settings = new ShareSettings(
                    Interest.EVERYTHING, !session, false, false, 1_000, 25, 5_000, Backoff.NONE, Optional.empty());
            var interest = wanted.isEmpty() ? Interest.EVERYTHING : ShareHarness.wanting(wanted);
            return new Opening(settings, interest, session, new StartAt.Earliest(), false);
        }

        void join() {
            var name = "m" + names++;
            var wanted = INTERESTS.get(random.nextInt(INTERESTS.size()));
            var joined = harness.ask(share -> share.open(GROUP, name, opening(wanted)));
            harness.loop.run(Duration.ofMillis(50));
            if (!joined.isCompletedExceptionally()) {
                assertThat(joined).isDone();
                members.put(name, wanted);
            }
        }

        String anyone() {
            var names = new ArrayList<>(members.keySet());
            return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
        }

        void acquire() {
            var member = anyone();
            if (member == null) {
                return;
            }
            acquire(member, 1 + random.nextInt(8));
        }

        boolean acquire(String member, int max) {
            var wanted = members.get(member);
            var travel = Demand.Travel.values()[random.nextInt(Demand.Travel.values().length)];
            var demand = new Demand(member, max, 1 + random.nextInt(30), travel);
            var answer = harness.ask(share -> share.acquire(GROUP, demand));
            harness.loop.run(Duration.ofMillis(300));
            assertThat(answer).as(say("acquire is answered")).isDone();
            var lockedUntil = harness.loop.nanos() + (session ? Long.MAX_VALUE / 2 : 5_000_000_000L);
            answer.join().acquired().forEach(acquired -> {
                for (var offset = acquired.range().first();
                        offset <= acquired.range().last();
                        offset++) {
                    handedOut(member, wanted, offset, acquired.deliveries(), lockedUntil);
                }
            });
            assertThat(held.size()).as(say("in flight")).isLessThanOrEqualTo(session ? 25 : 1_000_000);
            return !answer.join().isEmpty();
        }

        void handedOut(String member, String wanted, long offset, int count, long untilNanos) {
            assertThat(settled)
                    .as(say("acknowledged is never handed out again"))
                    .doesNotContain(offset);
            assertThat(offset).as(say("deleted")).isGreaterThanOrEqualTo(harness.records.startOffset());
            assertThat(harness.records.isData(offset))
                    .as(say("control record " + offset))
                    .isTrue();
            if (!wanted.isEmpty()) {
                assertThat(wanted).as(say("selector")).contains("" + harness.records.letter(offset));
            }
            var before = held.get(offset);
            if (before != null) {
                // The clock stood up to 300 ms earlier when the record was handed out.
                assertThat(before.untilNanos() - 301_000_000)
                        .as(say("held by " + before.member()))
                        .isLessThanOrEqualTo(harness.loop.nanos());
                lapse(offset, before);
            }
            var expected = deliveries.getOrDefault(offset, 0) + 1;
            if (crashed) {
                assertThat(count).as(say("count of " + offset)).isBetween(1, expected);
            } else {
                assertThat(count).as(say("count of " + offset)).isEqualTo(expected);
            }
            deliveries.put(offset, count - 1);
            held.put(offset, new Held(member, count, !session, untilNanos));
        }

        void lapse(long offset, Held before) {
            held.remove(offset);
            if (before.counts()) {
                deliveries.put(offset, before.deliveries());
            }
        }

        void acknowledge() {
            var member = anyone();
            var mine = held.entrySet().stream()
                    .filter(entry -> entry.getValue().member().equals(member))
                    .filter(entry -> entry.getValue().untilNanos() > harness.loop.nanos() + 500_000_000)
                    .map(Map.Entry::getKey)
                    .toList();
            if (mine.isEmpty()) {
                return;
            }
            var verdicts = new HashMap<Long, Verdict>();
            var acknowledgements = new ArrayList<Acknowledgement>();
            for (var offset : mine) {
                if (random.nextBoolean()) {
                    var verdict =
                            switch (random.nextInt(session ? 7 : 5)) {
                                case 0, 1 -> Verdict.ACCEPT;
                                case 2 -> Verdict.RELEASE;
                                case 3 -> Verdict.REJECT;
                                case 4 -> session ? Verdict.SEEN : Verdict.RENEW;
                                case 5 -> Verdict.RELEASE_UNSEEN;
                                default -> Verdict.GAP;
                            };
                    verdicts.put(offset, verdict);
                    acknowledgements.add(new Acknowledgement(OffsetRange.of(offset), verdict));
                }
            }
            var answer = harness.ask(share -> share.acknowledge(GROUP, member, acknowledgements));
            if (random.nextInt(25) == 0) {
                verdicts.forEach((offset, verdict) -> {
                    if (isFinal(verdict)) {
                        maybeSettled.add(offset);
                    } else if (verdict == Verdict.RELEASE) {
                        var hold = held.get(offset);
                        held.put(offset, new Held(hold.member(), hold.deliveries(), true, hold.untilNanos()));
                    }
                });
                crash();
                if (!answer.isCompletedExceptionally() && answer.isDone()) {
                    settle(verdicts);
                }
                return;
            }
            harness.loop.run(Duration.ofMillis(50));
            assertThat(answer).as(say("acknowledge is answered")).isDone();
            if (!answer.isCompletedExceptionally()) {
                settle(verdicts);
            }
        }

        boolean isFinal(Verdict verdict) {
            return verdict == Verdict.ACCEPT || verdict == Verdict.REJECT || verdict == Verdict.GAP;
        }

        void settle(Map<Long, Verdict> verdicts) {
            verdicts.forEach((offset, verdict) -> {
                var hold = held.get(offset);
                if (isFinal(verdict)) {
                    settled.add(offset);
                    held.remove(offset);
                } else if (hold != null) {
                    switch (verdict) {
                        case RELEASE -> lapse(offset, new Held(hold.member(), hold.deliveries(), true, 0));
                        case RELEASE_UNSEEN -> held.remove(offset);
                        case SEEN -> {
                            var again = hold.counts() ? 1 : 0;
                            held.put(
                                    offset,
                                    new Held(hold.member(), hold.deliveries() + again, true, hold.untilNanos()));
                        }
                        default ->
                            held.put(
                                    offset,
                                    new Held(
                                            hold.member(),
                                            hold.deliveries(),
                                            hold.counts(),
                                            harness.loop.nanos() + 5_000_000_000L));
                    }
                }
            });
        }

        void leave() {
            var member = anyone();
            if (member == null) {
                return;
            }
            members.remove(member);
            harness.ask(share -> share.leave(GROUP, member));
            // Where the log refuses, what was held comes back after a second.
            harness.loop.run(Duration.ofSeconds(7));
            for (var entry : Map.copyOf(held).entrySet()) {
                if (entry.getValue().member().equals(member)) {
                    lapse(entry.getKey(), entry.getValue());
                }
            }
        }

        void crash() {
            crashed = true;
            harness.crash(random.nextInt(3));
            members.clear();
            for (var entry : Map.copyOf(held).entrySet()) {
                lapse(entry.getKey(), entry.getValue());
            }
        }

        void replayingTheLogGivesTheLiveState() {
            harness.loop.run(Duration.ofMillis(20));
            var replayed = new ShareMachine();
            var codec = new ShareRecordCodec();
            harness.log.readAll(
                    batch -> batch.records().forEach(record -> replayed.replay(record.offset(), codec.decode(record))));
            var live = harness.ask(share -> CompletableFuture.completedFuture(share.state()));
            harness.loop.run(Duration.ZERO);
            assertThat(replayed.groups().stream().map(ShareGroup::snapshot).toList())
                    .as(say("replay"))
                    .isEqualTo(live.join());
        }

        void drain() {
            // One who was there before stays, so that what came back must have become ready for it.
            var last = members.entrySet().stream()
                    .filter(entry -> entry.getValue().isEmpty())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("last");
            for (var member : List.copyOf(members.keySet())) {
                if (!member.equals(last)) {
                    members.remove(member);
                    harness.ask(share -> share.leave(GROUP, member));
                }
            }
            harness.loop.run(Duration.ofSeconds(60));
            for (var entry : Map.copyOf(held).entrySet()) {
                if (!session || !entry.getValue().member().equals(last)) {
                    lapse(entry.getKey(), entry.getValue());
                }
            }
            while (!members.containsKey(last)) {
                var joined = harness.ask(share -> share.open(GROUP, last, opening("")));
                harness.loop.run(Duration.ofMillis(50));
                if (!joined.isCompletedExceptionally()) {
                    members.put(last, "");
                }
            }
            do {
                var mine = List.copyOf(held.keySet());
                var accepted = mine.stream()
                        .map(offset -> new Acknowledgement(OffsetRange.of(offset), Verdict.ACCEPT))
                        .toList();
                for (var settling = !mine.isEmpty(); settling; ) {
                    var answer = harness.ask(share -> share.acknowledge(GROUP, last, accepted));
                    harness.loop.run(Duration.ofMillis(20));
                    settling = answer.isCompletedExceptionally();
                }
                settled.addAll(mine);
                held.clear();
            } while (acquire(last, 25));
            for (var offset = harness.records.startOffset(); offset < harness.records.end(); offset++) {
                if (harness.records.isData(offset) && !settled.contains(offset)) {
                    assertThat(maybeSettled.contains(offset))
                            .as(say("lost " + offset))
                            .isTrue();
                }
            }
            harness.loop.run(Duration.ofSeconds(20));
            assertThat(harness.now(share -> share.progress(GROUP)).startOffset())
                    .as(say("start"))
                    .isEqualTo(harness.records.end());
        }
    }
}
