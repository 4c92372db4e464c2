package org.isthmus.broker.coordinator.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Decision;
import org.isthmus.broker.coordinator.Guests;
import org.isthmus.broker.coordinator.Shard;
import org.isthmus.broker.coordinator.ShardObserver;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * All share groups on one partition, for as long as this broker leads it. Owned by the partition's loop, on which every method is called.
 * Calls fail with {@link BrokerException}: {@code GROUP_ID_NOT_FOUND}, {@code UNKNOWN_MEMBER_ID} for a member that has not opened its group
 * here in this reign, and what {@link Shard} fails with.
 */
public final class SharePartition implements ShardedCoordinator.Tenant {
    /** How long a group that ends with its last member outlives a connection that was lost. */
    private static final Duration LINGER = Duration.ofSeconds(30);

    private final ShareLog log;
    private final EventLoop loop;
    private final RecordSource source;
    private final DeadLetters deadLetters;
    private final Clock clock;
    private final ShareMachine machine = new ShareMachine();
    private final Shard<ShareMachine, ShareRecord> shard;
    private final Map<String, ShareConsumption> consumptions = new TreeMap<>();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final Guests<Transaction> guests = new Guests<>();
    private boolean snapshotting;

    public SharePartition(
            String name,
            ShareLog log,
            EventLoop loop,
            RecordSource source,
            DeadLetters deadLetters,
            Clock clock,
            IdSource ids) {
        this.log = log;
        this.loop = loop;
        this.source = source;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.shard = new Shard<>(name, log, loop, new ShareRecordCodec(), machine, new Observer(), clock, ids);
    }

    @Override
    public Shard<?, ?> shard() {
        return shard;
    }

    /** Completes, on the loop, once the groups' log has been replayed. */
    public CompletionStage<Void> loaded() {
        return loaded;
    }

    /**
     * Opens a group for a member, which makes the group where it is not there. Opening twice changes the member's interest. Refused with
     * {@code GROUP_MAX_SIZE_REACHED} where the group is exclusive and another member is there, and with {@code NON_EMPTY_GROUP} where its
     * interest would have to change under other members.
     */
    public CompletionStage<Void> open(String group, String member, Opening opening) {
        return placeOf(opening.start(), opening.settings().stock())
                .thenCompose(start -> shard.write(
                        view -> decideOpening(view.state().group(group), group, member, opening, start), begunAnew -> {
                            if (begunAnew) {
                                begin(group);
                            }
                            consumption(group).join(member, opening);
                        }))
                .thenApply(begunAnew -> null);
    }

    /** Where a group may begin: nothing below is lost any more. */
    private CompletionStage<Beginning> placeOf(StartAt place, boolean stock) {
        return place instanceof StartAt.Latest && !stock
                ? source.tail().thenCompose(this::behind)
                : source.offsetOf(place).thenCompose(start -> safe(start).thenApply(safe -> Beginning.at(start)));
    }

    private CompletionStage<Void> safe(long offset) {
        return source.isSafe(offset) ? CompletableFuture.completedStage(null) : source.safe(offset, true);
    }

    /**
     * With what is sent from now on. So is what a transaction sends that is open, though it lies there, for it is sent when that commits (Jakarta
     * Messaging §6.2.7); what waits for its time was sent before (§7.9).
     */
    private CompletionStage<Beginning> behind(Tail tail) {
        return safe(tail.end()).thenCompose(safe -> source.waitedUpTo()).thenApply(tail::beginning);
    }

    private Decision<ShareRecord, Boolean> decideOpening(
            @Nullable ShareGroup present, String group, String member, Opening opening, Beginning start) {
        var wanted = opening.settings();
        if (present == null) {
            return Decision.of(true, List.of(ShareRecord.GroupState.beginning(group, wanted, start)));
        }
        if (present.settings().equals(wanted)
                || (wanted.stock() && !present.settings().stock())) {
            consumption(group).refuseIfTaken(member);
            return Decision.answer(false);
        }
        if (present.settings().interest().equals(wanted.interest())) {
            consumption(group).refuseIfTaken(member);
            return Decision.of(false, List.of(new ShareRecord.Reconfigured(group, wanted)));
        }
        refuseIfOthers(group, member);
        if (!opening.recreate()) {
            throw new BrokerException(
                    ErrorCode.INVALID_CONFIG,
                    "share group " + group + " is about something else: "
                            + present.settings().interest());
        }
        return Decision.of(true, List.of(ShareRecord.GroupState.beginning(group, wanted, start)));
    }

    private void refuseIfOthers(String group, String member) {
        var consumption = consumption(group);
        if (consumption.memberCount() > (consumption.has(member) ? 1 : 0)) {
            throw new BrokerException(ErrorCode.NON_EMPTY_GROUP, "share group " + group + " has other members");
        }
    }

    /** Ends a member's part in a group; what it held goes back, and a group ends that ends with its last member. Nothing where it has none. */
    public CompletionStage<Void> leave(String group, String member) {
        var consumption = consumptions.get(group);
        return consumption == null
                ? CompletableFuture.completedStage(null)
                : consumption.leave(member).thenCompose(left -> endIfDeserted(group));
    }

    /** As {@link #leave} for a member whose connection was lost: a group that ends with its last member waits a while, because it may come back. */
    public CompletionStage<Void> lose(String group, String member) {
        var consumption = consumptions.get(group);
        if (consumption == null) {
            return CompletableFuture.completedStage(null);
        }
        endLater(group);
        return consumption.leave(member);
    }

    private void endLater(String id) {
        var group = machine.group(id);
        if (group != null && group.settings().ephemeral()) {
            shard.schedule(LINGER, () -> endIfDeserted(id));
        }
    }

    private CompletionStage<Void> endIfDeserted(String id) {
        var group = machine.group(id);
        if (group == null || !group.settings().ephemeral()) {
            return CompletableFuture.completedStage(null);
        }
        return shard.write(
                        view -> {
                            var present = view.state().group(id);
                            var deserted = present != null
                                    && present.settings().ephemeral()
                                    && consumption(id).memberCount() == 0;
                            return deserted
                                    ? Decision.of(true, List.<ShareRecord>of(new ShareRecord.GroupDeleted(id)))
                                    : Decision.answer(false);
                        },
                        ended -> {
                            if (ended) {
                                end(id, null);
                            }
                        })
                .thenApply(ended -> null);
    }

    /**
     * Has members that keep the order wait until everything that transactions have acknowledged and not decided by now is done, or may be handed
     * out again. For a member that does not know how such a transaction of its own ends.
     */
    public CompletionStage<Void> doubt(String group) {
        consumption(group).doubt();
        return CompletableFuture.completedStage(null);
    }

    /** Hands out what the member's demand finds now; an empty answer where that is nothing. */
    public CompletionStage<Acquisition> acquire(String group, Demand demand) {
        return consumption(group).acquire(demand);
    }

    /**
     * Settles what the member says of the records that it holds, all or nothing; answers once that is committed. Refused with {@code
     * INVALID_RECORD_STATE} where it does not hold one of them. What only concerns who holds them now is not undone where what is to last waits for
     * the disk, and is refused after that.
     */
    public CompletionStage<Void> acknowledge(String group, String member, List<Acknowledgement> acknowledgements) {
        return consumption(group).acknowledge(member, acknowledgements);
    }

    /** As {@link #acknowledge(String, String, List)}, of what is processed, for who does not wait: nothing is hurried for the sake of the answer. */
    public CompletionStage<Void> noteProcessed(String group, String member, List<Acknowledgement> acknowledgements) {
        return consumption(group).noteProcessed(member, acknowledgements);
    }

    /**
     * As {@link #acknowledge(String, String, List)}, but what the member says holds only once its transaction commits; if that aborts, the
     * records come back, and the delivery counts. Fails with {@code INVALID_TXN_STATE} where the transaction ends meanwhile, and as the
     * admission does.
     *
     * @param admission makes the partition's share groups take part in the transaction; completes once that is durable
     * @param hurried told, on the loop, in which order the disk gets what is noted by this; not called where there is none
     */
    public CompletionStage<Void> acknowledge(
            String group,
            String member,
            List<Acknowledgement> acknowledgements,
            Transaction transaction,
            Supplier<CompletionStage<Void>> admission,
            Consumer<DiskOrder> hurried) {
        // Before anything is hurried: should that fail, another order has begun.
        var order = log.diskOrder();
        Runnable tell = () -> order.ifPresent(hurried);
        if (takesPart(transaction)) {
            return consumption(group).acknowledge(member, acknowledgements, transaction, tell);
        }
        return guests.admit(transaction, admission, loop)
                .thenCompose(admitted -> consumption(group).acknowledge(member, acknowledgements, transaction, tell));
    }

    private boolean takesPart(Transaction transaction) {
        return machine.groups().stream()
                .flatMap(group -> group.pending().runs().stream())
                .anyMatch(run -> run.value().transaction().equals(transaction));
    }

    /**
     * Settles what was acknowledged inside a transaction; completes once that is committed, which is not hurried. Doing it again does no harm.
     *
     * @param outcome the last identity whose transaction it ends, and with that every earlier one of the producer
     * @param applied called as soon as records are handed out by it
     */
    public CompletionStage<Void> end(Transaction outcome, boolean commit, Runnable applied) {
        guests.end(guest -> guest.isEndedBy(outcome));
        return shard.note(
                        view -> {
                            var records = new ArrayList<ShareRecord>();
                            var condemned = new TreeMap<String, List<OffsetRange>>();
                            for (var group : view.state().groups()) {
                                var decision = Settlement.end(group, outcome, commit, view.nowMs());
                                records.addAll(decision.records());
                                condemned.put(group.id(), decision.answer().condemned());
                            }
                            return Decision.of(condemned, records);
                        },
                        condemned -> {
                            condemned.forEach(
                                    (group, ranges) -> consumption(group).condemned(ranges));
                            applied.run();
                        })
                .thenApply(condemned -> null);
    }

    /** Wakes the waiter once, when there may be something for the member that was not there when it was answered with this news. */
    public Cancellable whenNews(String group, String member, long news, Waiter waiter) {
        return consumption(group).whenNews(member, news, waiter::wake);
    }

    /** Whoever waits for news. */
    public interface Waiter {
        /** Called once; false where nobody waits any more, so that the next in line is woken instead. */
        boolean wake();
    }

    public CompletionStage<ShareProgress> progress(String group) {
        return shard.read(view -> consumption(group).progress());
    }

    /**
     * Looks at a part of the records from one offset to before another: those that the interest covers and the group is not done with, held
     * ones included. A group that is not there has everything left.
     *
     * @throws IllegalArgumentException where the interest has a selector that cannot be read
     */
    public CompletionStage<Glimpse> browse(String group, long from, long to, Interest interest, int maxBytes) {
        var present = consumptions.get(group);
        var asked = present == null ? from : Math.min(to, present.firstOpen(from));
        return source.scan(asked, interest, true, true, maxBytes)
                .thenCompose(scan -> shard.read(view -> {
                    var consumption = consumptions.get(group);
                    return consumption == null
                            ? Browsing.of(scan, asked, to, new OffsetSet())
                            : Browsing.of(
                                    scan.withoutWaitedBefore(consumption.group().waited()),
                                    asked,
                                    to,
                                    consumption.hidden(scan));
                }));
    }

    /** Lets a group without members begin anew at this place, with the settings that it has or, where it is not there, with these. */
    public CompletionStage<Void> restart(String group, ShareSettings settings, StartAt place) {
        var known = machine.group(group);
        return placeOf(place, (known == null ? settings : known.settings()).stock())
                .thenCompose(start -> shard.write(
                        view -> {
                            var present = view.state().group(group);
                            if (present != null) {
                                refuseIfOthers(group, "");
                            }
                            var kept = present == null ? settings : present.settings();
                            return Decision.of(true, List.of(ShareRecord.GroupState.beginning(group, kept, start)));
                        },
                        done -> begin(group)))
                .thenApply(done -> null);
    }

    /**
     * Forgets a group. Refused with {@code NON_EMPTY_GROUP} where it has members or a transaction has records of it, {@code
     * GROUP_ID_NOT_FOUND} where there is none.
     */
    public CompletionStage<Void> delete(String group) {
        return shard.write(
                        view -> {
                            refuseIfOthers(group, "");
                            if (consumption(group).progress().undecided() > 0) {
                                throw new BrokerException(
                                        ErrorCode.NON_EMPTY_GROUP, "a transaction has records of share group " + group);
                            }
                            return Decision.of(true, List.of(new ShareRecord.GroupDeleted(group)));
                        },
                        done -> end(group, null))
                .thenApply(done -> null);
    }

    /**
     * The oldest record that a group is not done with; empty where there is no group. Completes once that is committed: who deletes what is
     * older takes it from whoever would get it again if an acknowledgement were lost.
     *
     * @param stockToo whether groups of stock consumers count, which go on behind what was deleted as Kafka's do
     * @param awaited groups that begin with all that is here, if they have not yet
     */
    public CompletionStage<OptionalLong> oldestUnfinished(boolean stockToo, Collection<String> awaited) {
        return shard.read(view -> awaited.stream().allMatch(id -> view.state().group(id) != null)
                ? view.state().groups().stream()
                        .filter(group -> stockToo || !group.settings().stock())
                        .mapToLong(ShareGroup::startOffset)
                        .min()
                : OptionalLong.of(0));
    }

    /** The groups that have state here. */
    public Collection<String> groups() {
        return List.copyOf(consumptions.keySet());
    }

    /** The whole state, group by group. */
    List<ShareRecord.GroupState> state() {
        return machine.groups().stream().map(ShareGroup::snapshot).toList();
    }

    private ShareConsumption consumption(String group) {
        var consumption = consumptions.get(group);
        if (consumption == null) {
            throw new BrokerException(ErrorCode.GROUP_ID_NOT_FOUND, "share group " + group + " does not exist here");
        }
        return consumption;
    }

    private void begin(String group) {
        end(group, null);
        consumptions.put(group, new ShareConsumption(group, shard, machine, source, deadLetters, clock));
    }

    private void end(String group, @Nullable Throwable cause) {
        var ended = consumptions.remove(group);
        if (ended != null) {
            ended.close(cause);
        }
    }

    private final class Observer implements ShardObserver<ShareRecord> {
        @Override
        public void loaded() {
            machine.groups().forEach(group -> {
                begin(group.id());
                endLater(group.id());
            });
            loaded.complete(null);
        }

        @Override
        public void applied(List<ShareRecord> records, CompletionStage<Void> committed) {
            for (var record : records) {
                var consumption = consumptions.get(record.group());
                if (consumption != null) {
                    consumption.applied(record);
                }
            }
            snapshotIfDue();
        }

        @Override
        public void closed(Throwable cause) {
            loaded.completeExceptionally(cause);
            List.copyOf(consumptions.keySet()).forEach(group -> end(group, cause));
        }
    }

    /**
     * Writes the whole state of a group whose records have become many, and of those whose state lies further back than the one before that,
     * so that a group at rest does not keep the log long.
     */
    private void snapshotIfDue() {
        var due = machine.groups().stream().filter(ShareGroup::wantsSnapshot).findFirst();
        if (snapshotting || due.isEmpty()) {
            return;
        }
        snapshotting = true;
        var upTo = due.get().snapshotOffset();
        shard.later(() -> shard.write(view -> Decision.<ShareRecord, Boolean>of(
                        true,
                        view.state().groups().stream()
                                .filter(group -> group.snapshotOffset() <= upTo)
                                .<ShareRecord>map(ShareGroup::snapshot)
                                .toList()))
                .whenComplete((done, failure) -> {
                    snapshotting = false;
                    if (failure == null) {
                        log.startFrom(machine.oldestNeeded());
                    }
                }));
    }
}
