package org.isthmus.broker.protocol.handler;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.Verdict;

/** What one request says of the records that its session holds, on its way to the partitions. Used by one thread. */
final class ShareSettling {
    private static final Refusal FINE = new Refusal(ErrorCode.NONE, null);

    private static final Refusal NOT_RENEWED =
            new Refusal(ErrorCode.INVALID_RECORD_STATE, "the group does not let records be held for longer");

    private final Topics topics;
    private final Map<ShareSession.Target, List<Acknowledgement>> said = new LinkedHashMap<>();
    private final Map<ShareSession.Target, Refusal> refused = new LinkedHashMap<>();

    ShareSettling(Topics topics) {
        this.topics = topics;
    }

    /** The partition that the wire names; empty, and noted as refused, where there is no such topic. */
    Optional<ShareSession.Target> target(Uuid topicId, int index) {
        var topic = topics.topic(TopicIds.of(topicId));
        if (topic.isEmpty() || index < 0) {
            var unknown = new ShareSession.Target(topicId, new TopicPartition("", Math.max(index, 0)));
            refused.put(unknown, new Refusal(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic with id " + topicId));
            return Optional.empty();
        }
        return Optional.of(
                new ShareSession.Target(topicId, new TopicPartition(topic.get().name(), index)));
    }

    void say(ShareSession.Target target, List<Acknowledgement> acknowledgements) {
        said.put(target, acknowledgements);
    }

    void refuse(ShareSession.Target target, RuntimeException why) {
        refused.put(target, Refusal.of(why));
    }

    Map<ShareSession.Target, Refusal> refused() {
        return refused;
    }

    boolean isEmpty() {
        return said.isEmpty() && refused.isEmpty();
    }

    /** Settles everything; answers, for each partition, what became of it, refusals included. */
    CompletionStage<Map<ShareSession.Target, Refusal>> settle(ShareSession session) {
        return settle(session, true);
    }

    /**
     * As {@link #settle(ShareSession)}.
     *
     * @param awaited whether somebody waits for what is processed to be settled
     */
    CompletionStage<Map<ShareSession.Target, Refusal>> settle(ShareSession session, boolean awaited) {
        var outcomes = new LinkedHashMap<>(refused);
        var settled = new LinkedHashMap<>(said);
        if (!session.mayRenew()) {
            settled.values().removeIf(ShareSettling::renews);
            said.keySet().stream()
                    .filter(target -> !settled.containsKey(target))
                    .forEach(target -> outcomes.put(target, NOT_RENEWED));
        }
        // From here on the outcomes are the stages', on whatever thread they end.
        CompletionStage<Map<ShareSession.Target, Refusal>> all = CompletableFuture.completedStage(outcomes);
        for (var entry : settled.entrySet()) {
            var target = entry.getKey();
            var outcome = session.ask(
                            target,
                            share -> awaited || !isProcessed(entry.getValue())
                                    ? share.acknowledge(
                                            session.key().group(), session.key().member(), entry.getValue())
                                    : share.noteProcessed(
                                            session.key().group(), session.key().member(), entry.getValue()))
                    .handle((done, failure) -> failure == null ? FINE : ShareErrors.stockRefusal(failure));
            all = all.thenCombine(outcome, (map, refusal) -> {
                map.put(target, refusal);
                return map;
            });
        }
        return all;
    }

    private static boolean isProcessed(List<Acknowledgement> acknowledgements) {
        return acknowledgements.stream().allMatch(one -> one.verdict() == Verdict.ACCEPT);
    }

    private static boolean renews(List<Acknowledgement> acknowledgements) {
        return acknowledgements.stream().anyMatch(one -> one.verdict() == Verdict.RENEW);
    }
}
