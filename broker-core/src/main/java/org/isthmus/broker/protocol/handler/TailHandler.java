package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.UndecidedRecords;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TailAnswer;
import org.isthmus.broker.protocol.codec.TailRequest;

/** Tail: what a partition has that was sent before now, for who wants what comes afterwards. */
public final class TailHandler extends OwnApiHandler<TailRequest, TailAnswer> {
    private final Topics topics;
    private final Executor reads;

    /** @param reads reads from the disk, several at a time, and may block */
    public TailHandler(Topics topics, Executor reads) {
        super(OwnApi.TAIL);
        this.topics = topics;
        this.reads = reads;
    }

    @Override
    TailAnswer refused(Throwable failure) {
        var refusal = ShareErrors.refusal(failure);
        return TailAnswer.refused(refusal.code(), refusal.message());
    }

    @Override
    CompletionStage<TailAnswer> answer(RequestContext context, TailRequest asked) {
        var partition = topics.led(topics.name(asked.topicId()), asked.partition());
        return partition.opened().thenCompose(view -> {
            partition.requireSettled();
            return partition.waitedUpTo().thenCompose(waited -> tail(view, waited));
        });
    }

    private CompletionStage<TailAnswer> tail(LogView view, long waited) {
        return view.openTransactions().isEmpty()
                ? CompletableFuture.completedStage(
                        new TailAnswer(ErrorCode.NONE.code(), null, view.highWatermark(), waited, List.of()))
                : CompletableFuture.supplyAsync(() -> withUndecided(view, waited), reads);
    }

    private static TailAnswer withUndecided(LogView view, long waited) {
        try {
            var undecided = UndecidedRecords.in(view).stream()
                    .map(range -> new TailAnswer.Range(range.first(), range.last()))
                    .toList();
            return new TailAnswer(ErrorCode.NONE.code(), null, view.highWatermark(), waited, undecided);
        } catch (IOException e) {
            throw new BrokerException(ErrorCode.KAFKA_STORAGE_ERROR, "the log cannot be read", e);
        }
    }
}
