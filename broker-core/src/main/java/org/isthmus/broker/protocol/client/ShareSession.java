package org.isthmus.broker.protocol.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.ShareExtensions;
import org.isthmus.broker.protocol.codec.ShareOpening;
import org.jspecify.annotations.Nullable;

/**
 * A member's session at one broker, on a connection of its own; the broker ends it with that connection. Each request carries the epoch that
 * comes next, so they are numbered in the order in which they are sent. Owned by the client's loop.
 *
 * <p>A few acknowledgements are under way at a time, so that one leaves at once while not too much is said; what is to be said meanwhile goes into
 * the next one, which leaves before its time where it gives back what a fetch is to bring again. They are answered in their order. Where nobody waits
 * for the answer and few records are concerned, the broker may take its time over it, and they do not count.
 *
 * <p>What the broker cannot take for now is said again, or it would stay on loan to nobody for as long as the connection lives. Until what was to
 * go back has gone, nothing is fetched, for that would lie behind it.
 */
final class ShareSession {
    private static final int FINAL_EPOCH = -1;
    private static final int MOST_UNDER_WAY = 4;
    /** Fewer than who works at them lets be unanswered. */
    private static final int FEW_RECORDS = 64;

    private static final Duration SAY_AGAIN = Duration.ofSeconds(1);

    /** What a leader says that has neither replicas nor room enough. One that has begun anew, or leads no more, has taken back what it had lent. */
    private static final Set<ErrorCode> FOR_NOW =
            EnumSet.of(ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_ENOUGH_REPLICAS);

    private final ClientLoop client;
    private final BrokerChannel channel;
    private final String group;
    private final String member;
    private final ShareOpening opening;
    private final Uuid topicId;
    private final int number;
    private final Runnable onGivenBack;
    // In an order that is the same in every process: a simulation follows from its seed alone.
    private final Set<TopicPartition> partitions = new TreeSet<>(TopicPartition.BY_NAME);
    /** Those of them that the broker has not been told of. */
    private final List<FetchPartition> toAdd = new ArrayList<>();

    /** Indexes of those that the broker was told of and that are not wanted any more. */
    private final List<Integer> toForget = new ArrayList<>();

    private List<Saying> toSay = new ArrayList<>();
    /** What could not be taken when it was said last, and is said again in a while. */
    private List<Saying> refused = new ArrayList<>();

    /** What is to go back, from when it is said until it is taken. */
    private final Set<Saying> givingBack = new HashSet<>();
    /** Those of them that could not be taken at first. */
    private final Set<Saying> heldUp = new HashSet<>();

    /** Whether the loop will come to say it. */
    private boolean saysOn;

    private List<Runnable> afterLatest = new ArrayList<>();
    private int underWay;
    /** Of those, how many nobody waits for. */
    private int unawaited;

    private long recordsUnderWay;
    private boolean isFetching;
    /** Whether what the fetch under way brings may lie behind what was given back since. */
    private boolean isOvertaking;

    /** Whether what it brings lies behind what could not go back. */
    private boolean isBringingTooMuch;

    /** Whether the next fetch is to say that the member has lost sight of a transaction. */
    private boolean isInDoubt;

    private boolean isOpen;
    private int epoch;

    /**
     * @param topicId of the topic that all its partitions are of
     * @param number tells this session from others of the same stream
     * @param onGivenBack run when what held up the fetching has gone back
     */
    ShareSession(
            ClientLoop client,
            BrokerChannel channel,
            String group,
            String member,
            ShareOpening opening,
            Uuid topicId,
            int number,
            Runnable onGivenBack) {
        this.client = client;
        this.channel = channel;
        this.group = group;
        this.member = member;
        this.opening = opening;
        this.topicId = topicId;
        this.number = number;
        this.onGivenBack = onGivenBack;
    }

    int number() {
        return number;
    }

    String group() {
        return group;
    }

    String member() {
        return member;
    }

    UUID topicId() {
        return Cluster.javaUuid(topicId);
    }

    /** Has the next fetch, and those after it, bring records of this partition too. */
    void add(TopicPartition partition, boolean isFromFirst) {
        partitions.add(partition);
        toForget.remove((Integer) partition.partition()); // the broker forgets after it has added
        var added = new FetchPartition().setPartitionIndex(partition.partition());
        if (isFromFirst) {
            added.unknownTaggedFields().add(ShareExtensions.fromFirst());
        }
        toAdd.add(added);
    }

    /** The broker was told of it, and refused it: it need not try any more. */
    void forget(TopicPartition partition) {
        partitions.remove(partition);
        toForget.add(partition.partition());
    }

    /** Asks, on the session's connection, something that the session does not keep. */
    <A extends ApiMessage> CompletionStage<A> request(Api<A> api, ApiMessage body, Deadline deadline) {
        return channel.request(api, body, deadline);
    }

    /** The session's connection; null while anything is being said on it that others would wait for. */
    @Nullable
    BrokerChannel freeChannel() {
        return toSay.isEmpty() && underWay == 0 && !channel.isClosed() ? channel : null;
    }

    /** The partition that these stand for; empty where the session is not about it. */
    Optional<TopicPartition> partition(Uuid topic, int index) {
        return partitions.stream()
                .filter(partition -> topic.equals(topicId) && partition.partition() == index)
                .findFirst();
    }

    boolean isFetching() {
        return isFetching;
    }

    /** Whether nothing is to be fetched, because it would lie behind what the broker has yet to take back. */
    boolean isHeldUp() {
        return !heldUp.isEmpty();
    }

    boolean isLost() {
        return channel.isClosed();
    }

    /** Whether the broker has answered, which it does only to a member of the group. */
    boolean isOpen() {
        return isOpen;
    }

    /** Something was given back that goes before what the fetch under way may bring. */
    void gaveBack() {
        isOvertaking |= isFetching;
    }

    /** The member does not know how a transaction ends in which it has acknowledged. */
    void doubt() {
        isInDoubt = true;
    }

    /** Whether that was so during the fetch that is over now. */
    boolean hasOvertaken() {
        var was = isOvertaking;
        isOvertaking = false;
        return was;
    }

    /** Whether the fetch that is over now brought what lies behind something that could not go back during it. */
    boolean hasBroughtTooMuch() {
        var was = isBringingTooMuch;
        isBringingTooMuch = false;
        return was;
    }

    /** Asks for records; the first time, the broker opens the group for this member. One at a time, and not while {@link #isHeldUp}. */
    CompletionStage<ShareFetchResponseData> fetch(int maxRecords, int maxWaitMs) {
        isFetching = true;
        if (toSay.stream().anyMatch(Saying::givesBack)) {
            sayNow(); // the fetch would overtake it, and bring what lies behind
        }
        // Where that is not answered yet, in its turn and at once: so a refusal comes before what lies behind.
        boolean inTurn = !givingBack.isEmpty();
        var request = new ShareFetchRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMaxWaitMs(inTurn ? 0 : maxWaitMs)
                .setMinBytes(1)
                .setMaxBytes(client.config().maxFetchBytes())
                .setMaxRecords(maxRecords)
                .setBatchSize(maxRecords);
        if (epoch == 0) {
            request.unknownTaggedFields().add(ShareExtensions.opening(opening));
        }
        nameWhatIsNew(request);
        if (!inTurn) {
            request.unknownTaggedFields().add(ShareExtensions.outOfTurn());
        }
        if (isInDoubt) {
            isInDoubt = false;
            request.unknownTaggedFields().add(ShareExtensions.inDoubt());
        }
        request.setShareSessionEpoch(nextEpoch());
        return channel.request(Api.SHARE_FETCH, request, client.requestDeadline())
                .whenComplete((answer, thrown) -> {
                    isFetching = false;
                    isOpen |= thrown == null && answer.errorCode() == ErrorCode.NONE.code();
                });
    }

    private void nameWhatIsNew(ShareFetchRequestData request) {
        if (!toAdd.isEmpty()) {
            var added = new ShareFetchRequestData.FetchTopic().setTopicId(topicId);
            added.partitions().addAll(toAdd);
            request.topics().add(added);
            toAdd.clear();
        }
        if (!toForget.isEmpty()) {
            request.forgottenTopicsData()
                    .add(new ShareFetchRequestData.ForgottenTopic()
                            .setTopicId(topicId)
                            .setPartitions(List.copyOf(toForget)));
            toForget.clear();
        }
    }

    /** At once, or where nobody waits for it with what else is said in this turn of the loop. */
    void say(Saying said) {
        toSay.add(said);
        if (said.givesBack()) {
            givingBack.add(said);
        }
        if (!said.isUnawaited() || opening.inOrder()) {
            sayOn(); // other members may ask next, and are to find what goes back
        } else if (!saysOn) {
            saysOn = true;
            client.loop().execute(() -> {
                saysOn = false;
                sayOn();
            });
        }
    }

    /**
     * Runs the task once what was said before is answered, or the session lost. For what is asked beside the session: it would overtake, and
     * what is said of a record that the session does not hold any more takes everything with it that is said in one request.
     */
    void afterSaid(Runnable task) {
        if (!toSay.isEmpty()) {
            sayNow();
        }
        if (underWay == 0) {
            task.run();
        } else {
            afterLatest.add(task);
        }
    }

    /** Says what is left to say, then ends the session. Never fails: a session whose connection is lost has ended. */
    CompletionStage<Void> end() {
        if (isLost() || epoch == 0) {
            lose();
            return CompletableFuture.completedStage(null);
        }
        var last = refused;
        refused = new ArrayList<>();
        last.addAll(takeToSay());
        return request(last, FINAL_EPOCH, true).handle((answer, thrown) -> {
            channel.close();
            return null;
        });
    }

    /** Closes the connection; what was not said fails. */
    void lose() {
        channel.close();
        takeToSay().forEach(said -> said.done().completeExceptionally(notHeld(said)));
    }

    private void sayOn() {
        if (!toSay.isEmpty() && underWay - unawaited < MOST_UNDER_WAY) {
            sayNow();
        }
    }

    private void sayNow() {
        Saying.requests(takeToSay()).forEach(this::sayTogether);
    }

    private void sayTogether(List<Saying> said) {
        long records = said.stream().mapToLong(Saying::records).sum();
        boolean awaited = opening.inOrder()
                || recordsUnderWay + records > FEW_RECORDS
                || !said.stream().allMatch(Saying::isUnawaited);
        underWay++;
        unawaited += awaited ? 0 : 1;
        recordsUnderWay += records;
        var after = new ArrayList<Runnable>();
        afterLatest = after;
        request(said, nextEpoch(), awaited).whenComplete((answer, thrown) -> {
            underWay--;
            unawaited -= awaited ? 0 : 1;
            recordsUnderWay -= records;
            if (thrown != null) {
                lose();
            }
            after.forEach(Runnable::run);
            if (thrown == null) {
                sayOn();
            }
        });
    }

    private void sayLater(Saying said) {
        if (said.givesBack()) {
            heldUp.add(said);
            isBringingTooMuch |= isFetching;
        }
        if (refused.isEmpty()) {
            client.loop().schedule(SAY_AGAIN, this::sayAgain);
        }
        refused.add(said);
    }

    private void sayAgain() {
        if (!isLost()) {
            toSay.addAll(0, refused);
            refused = new ArrayList<>();
            sayOn();
        }
    }

    private List<Saying> takeToSay() {
        var taken = toSay;
        toSay = new ArrayList<>();
        return taken;
    }

    private CompletionStage<ShareAcknowledgeResponseData> request(List<Saying> said, int atEpoch, boolean awaited) {
        var request = new ShareAcknowledgeRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setShareSessionEpoch(atEpoch);
        if (!awaited) {
            request.unknownTaggedFields().add(ShareExtensions.unawaited());
        }
        var byPartition = new LinkedHashMap<TopicPartition, ShareAcknowledgeRequestData.AcknowledgePartition>();
        for (var row : Saying.rows(said)) {
            byPartition
                    .computeIfAbsent(row.partition(), partition -> acknowledgement(request, partition))
                    .acknowledgementBatches()
                    .add(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                            .setFirstOffset(row.first())
                            .setLastOffset(row.last())
                            .setAcknowledgeTypes(List.of(row.type())));
        }
        return channel.request(Api.SHARE_ACKNOWLEDGE, request, client.requestDeadline())
                .whenComplete((answer, thrown) -> {
                    if (thrown == null) {
                        tell(said, answer);
                    } else {
                        said.forEach(each -> each.done().completeExceptionally(notHeld(each)));
                    }
                });
    }

    private ShareAcknowledgeRequestData.AcknowledgePartition acknowledgement(
            ShareAcknowledgeRequestData request, TopicPartition partition) {
        var topic = request.topics().find(topicId);
        if (topic == null) {
            topic = new ShareAcknowledgeRequestData.AcknowledgeTopic().setTopicId(topicId);
            request.topics().add(topic);
        }
        var added = new ShareAcknowledgeRequestData.AcknowledgePartition().setPartitionIndex(partition.partition());
        topic.partitions().add(added);
        return added;
    }

    private void tell(List<Saying> said, ShareAcknowledgeResponseData answer) {
        var refusals = new HashMap<TopicPartition, ShareAcknowledgeResponseData.PartitionData>();
        for (var topic : answer.responses()) {
            for (var part : topic.partitions()) {
                if (part.errorCode() != ErrorCode.NONE.code()) {
                    partition(topic.topicId(), part.partitionIndex())
                            .ifPresent(partition -> refusals.put(partition, part));
                }
            }
        }
        boolean wasHeldUp = isHeldUp();
        for (var each : said) {
            var failure = failure(each, answer, refusals.get(each.partition()));
            if (failure != null && each.again() && FOR_NOW.contains(failure.code())) {
                sayLater(each);
            } else if (each.givesBack()) {
                givingBack.remove(each);
                heldUp.remove(each);
            }
            if (failure == null) {
                each.done().complete(null);
            } else {
                each.done().completeExceptionally(failure);
            }
        }
        if (wasHeldUp && !isHeldUp()) {
            onGivenBack.run();
        }
    }

    private @Nullable BrokerException failure(
            Saying said,
            ShareAcknowledgeResponseData answer,
            ShareAcknowledgeResponseData.@Nullable PartitionData refusal) {
        if (answer.errorCode() == ErrorCode.NONE.code() && refusal == null) {
            return null;
        }
        try {
            Failures.check(answer.errorCode(), what(said), answer.errorMessage());
            if (refusal != null) {
                Failures.check(refusal.errorCode(), what(said), refusal.errorMessage());
            }
            return null;
        } catch (BrokerException e) {
            return e;
        }
    }

    private String what(Saying said) {
        return "settling " + said.partition() + " offsets " + said.first() + " to " + said.last() + " in group "
                + group;
    }

    private BrokerException notHeld(Saying said) {
        return new BrokerException(
                ErrorCode.INVALID_RECORD_STATE, what(said) + ": the connection was lost, and with it what was held");
    }

    private int nextEpoch() {
        int current = epoch;
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        return current;
    }
}
