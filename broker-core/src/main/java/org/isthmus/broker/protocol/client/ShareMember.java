package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.protocol.codec.ShareOpening;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * A member of a share group, with a session at each leader of its partitions. It fetches only while a poll waits. Owned by the client's loop;
 * calls from elsewhere hop there.
 *
 * <p>A session that is lost takes with it what it brought: the broker hands that out again. A new one is opened for the next poll, until the
 * request timeout has gone by without one success.
 *
 * <p>A topic may get partitions. The member looks for them now and then, and has a session that lives take them in, so that what was brought before
 * is still held.
 */
final class ShareMember implements ShareStream {
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    /** How long a topic that was found may be unknown to the broker that is asked: it has not heard of it yet, or the topic is gone. */
    private static final Duration UNHEARD = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    /** How much longer than asked a poll waits for brokers that wait as long as it does. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** So many acknowledgements that nobody waits for are left to what comes next, or to the next few milliseconds. */
    private static final int MOST_UNHEARD = 32;

    /** Records that all members of a group may hold at one time. */
    private static final int MAX_IN_FLIGHT = 100_000;

    private final ClientLoop client;
    private final Cluster cluster;
    private final String group;
    private final String memberId;
    private final String topic;
    private final Set<TopicPartition> partitions = new HashSet<>();
    /** Those that the topic got since the member began, and that have brought nothing yet: there the group may have to begin. */
    private final Set<TopicPartition> newer = new HashSet<>();

    private final ShareOpening opening;
    private final Consumer<ShareMember> onEnd;
    private final Map<Endpoint, ShareSession> sessions = new HashMap<>();
    private final Deque<ShareDelivery> ready = new ArrayDeque<>();
    /** Numbers of sessions whose connections live; read by any thread. */
    private final Set<Integer> live = ConcurrentHashMap.newKeySet();

    /** What nobody waits for and the loop has not been woken for. */
    private final AtomicInteger unheard = new AtomicInteger();

    private volatile Redelivery redelivery;
    private int sessionCount;
    private volatile boolean joined;
    private Uuid topicId = Uuid.ZERO_UUID;
    private boolean isOpening;
    private boolean isLooking;
    private Deadline lookAgainAt = new Deadline(0);
    private @Nullable Poll poll;
    private @Nullable Deadline giveUpAt;
    private @Nullable Deadline goneAt;
    private @Nullable BrokerException failure;
    private CompletionStage<Void> left = CompletableFuture.completedStage(null);

    private record Poll(
            CompletableFuture<List<ShareDelivery>> answer, int maxRecords, Deadline deadline, Cancellable timeout) {}

    ShareMember(
            ClientLoop client,
            Cluster cluster,
            String group,
            String memberId,
            String topic,
            ShareOptions options,
            Consumer<ShareMember> onEnd) {
        this.client = client;
        this.cluster = cluster;
        this.group = group;
        this.memberId = memberId;
        this.topic = topic;
        this.opening = opening(options);
        this.redelivery =
                new Redelivery(options.maxDeliveries(), options.redelivery().firstDelayMs() > 0);
        this.onEnd = onEnd;
    }

    ClientLoop client() {
        return client;
    }

    private static ShareOpening opening(ShareOptions options) {
        var start = options.start();
        return new ShareOpening(
                options.selector().orElse(null),
                options.excludedClient().orElse(null),
                options.memberSelector().orElse(null),
                options.exclusive(),
                options.ephemeral(),
                options.maxDeliveries(),
                MAX_IN_FLIGHT,
                options.redelivery().firstDelayMs(),
                options.redelivery().factor(),
                options.redelivery().longestDelayMs(),
                options.deadLetterTopic().orElse(null),
                start instanceof OffsetSpec.Earliest
                        ? ShareOpening.EARLIEST
                        : start instanceof OffsetSpec.Latest ? ShareOpening.LATEST : ShareOpening.AT_TIMESTAMP,
                start instanceof OffsetSpec.AtTimestamp at ? at.timestampMs() : -1,
                options.recreate(),
                options.inOrder());
    }

    @Override
    public CompletionStage<List<ShareDelivery>> poll(int maxRecords, Duration maxWait) {
        var answer = new CompletableFuture<List<ShareDelivery>>();
        client.run(
                () -> begin(answer, maxRecords, maxWait),
                () -> answer.completeExceptionally(WireBrokerClient.closed()));
        return answer;
    }

    private void begin(CompletableFuture<List<ShareDelivery>> answer, int maxRecords, Duration maxWait) {
        if (poll != null) {
            answer.completeExceptionally(new IllegalStateException("another poll of this stream is waiting"));
        } else if (failure != null) {
            answer.completeExceptionally(failure);
        } else {
            var timeout = client.loop().schedule(maxWait.plus(GRACE), () -> answer(List.of()));
            poll = new Poll(answer, maxRecords, Deadline.after(client.clock().nanos(), maxWait), timeout);
            if (!answerFromReady()) {
                fetch();
            }
        }
    }

    private boolean answerFromReady() {
        var asked = poll;
        if (asked == null) {
            return true;
        }
        var deliveries = new ArrayList<ShareDelivery>();
        while (!ready.isEmpty() && deliveries.size() < asked.maxRecords()) {
            var delivery = ready.remove();
            if (holds(delivery)) {
                deliveries.add(delivery);
            }
        }
        if (deliveries.isEmpty()) {
            return false;
        }
        answer(deliveries);
        return true;
    }

    private void answer(List<ShareDelivery> deliveries) {
        var asked = poll;
        if (asked != null) {
            poll = null;
            asked.timeout().cancel();
            asked.answer().complete(deliveries);
        }
    }

    /** Asks every leader that is not asked already and may be, while a poll waits. */
    private void fetch() {
        var asked = poll;
        if (asked == null || failure != null || isOpening) {
            return;
        }
        if (sessions.isEmpty()) {
            open();
            return;
        }
        lookForMore();
        int maxWaitMs = (int) Math.min(client.remaining(asked.deadline()).toMillis(), LONGEST_WAIT.toMillis());
        for (var entry : List.copyOf(sessions.entrySet())) {
            var session = entry.getValue();
            if (!session.isFetching() && !session.isHeldUp()) {
                session.fetch(asked.maxRecords(), maxWaitMs).whenComplete((answer, thrown) -> {
                    if (thrown == null) {
                        receive(session, asked, answer);
                    } else {
                        lost(entry.getKey(), session, Failures.of(thrown));
                    }
                });
            }
        }
        if (!isAnyFetching()) {
            client.loop().schedule(client.remaining(asked.deadline()), () -> answerNothing(asked));
        }
    }

    private boolean isAnyFetching() {
        return sessions.values().stream().anyMatch(ShareSession::isFetching);
    }

    /** Every leader has something to take back first. */
    private void answerNothing(Poll asked) {
        if (asked.equals(poll) && !isAnyFetching()) {
            answer(List.of());
        }
    }

    private void open() {
        isOpening = true;
        cluster.topic(topic, Duration.ZERO, client.requestDeadline())
                .thenApply(found -> {
                    var byLeader = byLeader(found, partitionsOf(found));
                    know(found);
                    return byLeader;
                })
                .whenComplete((byLeader, thrown) -> {
                    isOpening = false;
                    if (thrown != null) {
                        notFound(Failures.of(thrown));
                    } else if (failure == null) {
                        goneAt = null;
                        byLeader.forEach(this::read);
                        fetch();
                    }
                });
    }

    private void notFound(BrokerException reason) {
        cluster.forgetTopic(topic);
        if (goneAt == null) {
            goneAt = Deadline.after(client.clock().nanos(), UNHEARD);
        }
        if (reason.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && !client.hasPassed(goneAt)) {
            client.loop().schedule(PAUSE, this::fetch);
        } else {
            failed(reason);
        }
    }

    /** Of one topic: who lives on after another one got its name begins with that as it began with the first. */
    private void know(TopicMetadata found) {
        var id = Cluster.wireUuid(found.info().id());
        boolean isFirst = !id.equals(topicId);
        if (isFirst) {
            topicId = id;
            partitions.clear();
            newer.clear();
        }
        for (var partition : partitionsOf(found)) {
            if (partitions.add(partition) && !isFirst) {
                newer.add(partition);
            }
        }
        lookAgainAt = Deadline.after(client.clock().nanos(), LOOK_AGAIN);
    }

    private static List<TopicPartition> partitionsOf(TopicMetadata topic) {
        return IntStream.range(0, topic.info().partitions())
                .mapToObj(index -> new TopicPartition(topic.info().name(), index))
                .toList();
    }

    private static Map<Endpoint, List<TopicPartition>> byLeader(TopicMetadata topic, List<TopicPartition> partitions) {
        return partitions.stream()
                .collect(Collectors.groupingBy(
                        partition -> topic.leader(partition.partition()), LinkedHashMap::new, Collectors.toList()));
    }

    private void read(Endpoint leader, List<TopicPartition> led) {
        var session = sessions.computeIfAbsent(leader, this::newSession);
        led.forEach(partition -> session.add(partition, newer.contains(partition)));
    }

    private ShareSession newSession(Endpoint leader) {
        int number = sessionCount++;
        var channel = BrokerChannel.open(client, leader);
        live.add(number);
        // Not only when the next fetch finds out: nobody may be polling, and the broker hands it to others meanwhile.
        channel.end().thenRun(() -> live.remove(number));
        return new ShareSession(client, channel, group, memberId, opening, topicId, number, this::fetch);
    }

    /** Now and then, whether the topic has got partitions. What cannot be told now is asked for the next time. */
    private void lookForMore() {
        if (isLooking || !client.hasPassed(lookAgainAt)) {
            return;
        }
        isLooking = true;
        cluster.topic(topic, LOOK_AGAIN, client.requestDeadline()).whenComplete((found, thrown) -> {
            isLooking = false;
            lookAgainAt = Deadline.after(client.clock().nanos(), LOOK_AGAIN);
            if (thrown == null && failure == null && !sessions.isEmpty()) {
                takeIn(found);
            }
        });
    }

    private void takeIn(TopicMetadata found) {
        if (!Cluster.wireUuid(found.info().id()).equals(topicId)) {
            return; // the sessions will hear that theirs is gone
        }
        var added = partitionsOf(found).stream()
                .filter(partition -> !partitions.contains(partition) && found.isLed(partition.partition()))
                .toList();
        if (!added.isEmpty()) {
            partitions.addAll(added);
            newer.addAll(added);
            byLeader(found, added).forEach(this::read);
            fetch();
        }
    }

    /** @param asked which poll it was asked for; that may be over, as another leader answered before */
    private void receive(ShareSession session, Poll asked, ShareFetchResponseData answer) {
        // Who polls knows what goes back meanwhile; of what waits here for the next poll nobody else knows.
        boolean isBehind = session.hasOvertaken() && !asked.equals(poll);
        boolean isUnwanted = session.hasBroughtTooMuch() || isBehind;
        if (failure != null) {
            return;
        }
        try {
            Failures.check(answer.errorCode(), "share group " + group, answer.errorMessage());
            ShareExtensions.redelivery(answer.unknownTaggedFields())
                    .ifPresent(told -> redelivery = new Redelivery(told.maxDeliveries(), told.isDelayed()));
            for (var told : answer.responses()) {
                for (var part : told.partitions()) {
                    var partition = session.partition(told.topicId(), part.partitionIndex());
                    if (partition.isPresent()) {
                        receive(session, partition.get(), part, isUnwanted);
                    }
                }
            }
        } catch (BrokerException e) {
            if (!mayPass(e)) {
                cluster.forgetTopic(topic);
                fail(e); // not by losing what others have let it in to: who leaves then waits until they have let it go
                return;
            }
            sessions.entrySet().stream()
                    .filter(entry -> entry.getValue() == session)
                    .findFirst()
                    .ifPresent(entry -> lost(entry.getKey(), session, e));
            return;
        }
        giveUpAt = null;
        joined |= sessions.values().stream().allMatch(ShareSession::isOpen);
        if (answerFromReady() || poll == null) {
            return;
        }
        if (!client.hasPassed(poll.deadline())) {
            fetch();
        } else if (!isAnyFetching()) {
            answer(List.of());
        }
    }

    private void receive(
            ShareSession session,
            TopicPartition partition,
            ShareFetchResponseData.PartitionData part,
            boolean isUnwanted) {
        if (part.errorCode() != ErrorCode.NONE.code() && newer.remove(partition)) {
            // Its leader may not have heard of it. The next look finds it again, and what others have brought stays.
            partitions.remove(partition);
            session.forget(partition);
            return;
        }
        Failures.checkLeader(
                partition, part.errorCode(), "share group " + group + " in " + partition, part.errorMessage());
        var loan = ShareLoan.read(partition, part, session.number());
        if (isUnwanted) {
            for (var delivery : loan.deliveries()) {
                var unused = giveBack(session, delivery);
            }
        } else {
            ready.addAll(loan.deliveries());
        }
        if (!loan.deliveries().isEmpty()) {
            newer.remove(partition);
        }
        for (var gap : loan.gaps()) {
            session.say(new Saying(partition, gap.first(), gap.last(), Saying.GAP, true, new CompletableFuture<>()));
        }
    }

    private void lost(Endpoint leader, ShareSession session, BrokerException reason) {
        if (sessions.remove(leader, session)) {
            session.lose();
            cluster.forgetTopic(topic);
            // The others go too: the next opening finds out anew who leads what.
            List.copyOf(sessions.entrySet()).forEach(other -> lost(other.getKey(), other.getValue(), reason));
            failed(reason);
        }
    }

    private void failed(BrokerException reason) {
        if (failure != null) {
            return;
        }
        if (giveUpAt == null) {
            giveUpAt = client.requestDeadline();
        }
        if (!mayPass(reason) || client.hasPassed(giveUpAt)) {
            fail(reason);
        } else {
            client.loop().schedule(PAUSE, this::fetch);
        }
    }

    private static boolean mayPass(BrokerException reason) {
        return Failures.mayPass(reason)
                || switch (reason.code()) {
                    case SHARE_SESSION_NOT_FOUND,
                            INVALID_SHARE_SESSION_EPOCH,
                            UNKNOWN_TOPIC_ID,
                            INCONSISTENT_TOPIC_ID -> true;
                    default -> false;
                };
    }

    @Override
    public Redelivery redelivery() {
        return redelivery;
    }

    @Override
    public boolean isJoined() {
        return joined;
    }

    @Override
    public CompletionStage<Void> settle(ShareDelivery first, long lastOffset, Settlement settlement) {
        var done = new CompletableFuture<Void>();
        boolean again = settlement != Settlement.ACCEPT && settlement != Settlement.SEEN;
        var said = new Saying(first.partition(), first.record().offset(), lastOffset, type(settlement), again, done);
        Runnable whenEnded = () -> done.completeExceptionally(WireBrokerClient.closed());
        // Where the order is kept, others may wait for it.
        if (said.isUnawaited() && !opening.inOrder() && unheard.incrementAndGet() < MOST_UNHEARD) {
            client.runSoon(() -> say(first, said), whenEnded);
        } else {
            client.run(() -> say(first, said), whenEnded);
        }
        return done;
    }

    private void say(ShareDelivery first, Saying said) {
        unheard.set(0);
        var session = session(first);
        if (session != null) {
            session.say(said);
        } else {
            said.done()
                    .completeExceptionally(new BrokerException(
                            ErrorCode.INVALID_RECORD_STATE,
                            "offset " + said.first() + " of " + said.partition() + " is not held by group " + group
                                    + "'s member any more"));
        }
    }

    @Override
    public CompletionStage<Void> giveBackUnpolled() {
        var done = new CompletableFuture<Void>();
        client.run(
                () -> {
                    sessions.values().forEach(ShareSession::gaveBack);
                    var back = ready.stream()
                            .map(delivery -> giveBack(session(delivery), delivery))
                            .toArray(CompletableFuture<?>[]::new);
                    ready.clear();
                    var unused = CompletableFuture.allOf(back).whenComplete((nothing, tooLate) -> done.complete(null));
                },
                () -> done.complete(null));
        return done;
    }

    @Override
    public void doubt() {
        client.run(() -> sessions.values().forEach(ShareSession::doubt), () -> {});
    }

    private static CompletableFuture<Void> giveBack(@Nullable ShareSession session, ShareDelivery delivery) {
        var done = new CompletableFuture<Void>();
        if (session == null) {
            done.complete(null);
            return done;
        }
        var offset = delivery.record().offset();
        session.say(new Saying(delivery.partition(), offset, offset, Saying.RELEASE_UNSEEN, true, done));
        return done;
    }

    /** On the loop. The session that brought the delivery, while it lives. */
    @Nullable
    ShareSession session(ShareDelivery delivery) {
        return sessions.values().stream()
                .filter(each -> each.number() == delivery.session() && !each.isLost())
                .findFirst()
                .orElse(null);
    }

    private static byte type(Settlement settlement) {
        return switch (settlement) {
            case ACCEPT, ACCEPT_EVENTUALLY -> Saying.ACCEPT;
            case RELEASE -> Saying.RELEASE;
            case REJECT -> Saying.REJECT;
            case RELEASE_UNSEEN -> Saying.RELEASE_UNSEEN;
            case SEEN -> Saying.SEEN;
        };
    }

    @Override
    public void later(Duration delay, Runnable task) {
        client.run(() -> client.loop().schedule(delay, task), () -> {});
    }

    @Override
    public boolean holds(ShareDelivery delivery) {
        return live.contains(delivery.session());
    }

    @Override
    public void close() {
        leave();
    }

    @Override
    public CompletionStage<Void> leave() {
        var done = new CompletableFuture<Void>();
        client.run(
                () -> {
                    fail(new BrokerException(ErrorCode.NETWORK_EXCEPTION, "the stream is closed"));
                    left.whenComplete((nothing, thrown) -> done.complete(null));
                },
                () -> done.complete(null));
        return done;
    }

    /** On the loop. Ends the stream: the poll that is waiting and every later one fail. */
    void fail(BrokerException reason) {
        if (failure != null) {
            return;
        }
        failure = reason;
        onEnd.accept(this);
        live.clear();
        ready.clear();
        left = CompletableFuture.allOf(sessions.values().stream()
                .map(session -> session.end().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
        sessions.clear();
        var asked = poll;
        if (asked != null) {
            poll = null;
            asked.timeout().cancel();
            asked.answer().completeExceptionally(reason);
        }
    }
}
