package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.log.LogView;

/** Tells a consumer where a leader's reign ended in the log, by which it sees whether records it read were lost. */
public final class OffsetForLeaderEpochHandler
        implements ApiHandler<OffsetForLeaderEpochRequestData, OffsetForLeaderEpochResponseData> {
    private final Topics topics;

    public OffsetForLeaderEpochHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public short apiKey() {
        return 23;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<OffsetForLeaderEpochResponseData> handle(
            RequestContext context, OffsetForLeaderEpochRequestData request) {
        var response = new OffsetForLeaderEpochResponseData();
        var waits = new ArrayList<CompletableFuture<?>>();
        for (var topic : request.topics()) {
            var answers = new ArrayList<EpochEndOffset>();
            for (var asked : topic.partitions()) {
                var answer = new EpochEndOffset().setPartition(asked.partition());
                answers.add(answer);
                waits.add(answer(topic.topic(), asked, answer));
            }
            response.topics()
                    .add(new OffsetForLeaderTopicResult()
                            .setTopic(topic.topic())
                            .setPartitions(answers));
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
                .thenApply(ignored -> response);
    }

    private CompletableFuture<?> answer(String topic, OffsetForLeaderPartition asked, EpochEndOffset answer) {
        return CompletableFuture.completedFuture(topic)
                .thenCompose(name -> {
                    var partition = topics.led(name, asked.partition(), asked.currentLeaderEpoch());
                    return partition.opened().thenAccept(view -> tell(view, partition.leadership(), asked, answer));
                })
                .handle((ignored, failure) -> {
                    if (failure != null) {
                        answer.setErrorCode(Refusal.of(failure).code());
                    }
                    return answer;
                });
    }

    private static void tell(LogView view, Epoch leads, OffsetForLeaderPartition asked, EpochEndOffset answer) {
        if (asked.leaderEpoch() == leads.value()) {
            // Also where this reign has not written yet.
            answer.setLeaderEpoch(leads.value()).setEndOffset(view.endOffset());
            return;
        }
        view.endOffsetFor(new Epoch(asked.leaderEpoch()))
                .ifPresent(end -> answer.setLeaderEpoch(end.epoch().value()).setEndOffset(end.endOffset()));
    }
}
