package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Glimpse;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.protocol.codec.BrowseAnswer;
import org.isthmus.broker.protocol.codec.BrowseRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.replica.Partition;

/** Browse: what a share group has left of a partition, without taking it from anybody. */
public final class BrowseHandler extends OwnApiHandler<BrowseRequest, BrowseAnswer> {
    private static final int LOOK_BYTES = 1 << 20;

    private final Topics topics;
    private final ShareCoordinator shares;
    private final Executor reads;

    /** @param reads reads from the disk, several at a time, and may block */
    public BrowseHandler(Topics topics, ShareCoordinator shares, Executor reads) {
        super(OwnApi.BROWSE);
        this.topics = topics;
        this.shares = shares;
        this.reads = reads;
    }

    @Override
    BrowseAnswer refused(Throwable failure) {
        var refusal = ShareErrors.refusal(failure);
        return BrowseAnswer.refused(refusal.code(), refusal.message());
    }

    @Override
    CompletionStage<BrowseAnswer> answer(RequestContext context, BrowseRequest asked) {
        if (asked.from() < 0 || asked.to() <= asked.from()) {
            throw new BrokerException(ErrorCode.INVALID_REQUEST, "browsing " + asked.from() + " to " + asked.to());
        }
        var partition = topics.led(topics.name(asked.topicId()), asked.partition());
        var interest = new Interest(Optional.ofNullable(asked.selector()), Optional.empty());
        return partition
                .opened()
                .thenCompose(view -> {
                    // Or what is not committed again yet would be taken for what is not there.
                    partition.requireSettled();
                    return shares.ask(
                            partition.id(),
                            share -> share.browse(asked.group(), asked.from(), asked.to(), interest, LOOK_BYTES));
                })
                .thenApplyAsync(glimpse -> told(partition, glimpse), reads);
    }

    private static BrowseAnswer told(Partition partition, Glimpse glimpse) {
        var found = glimpse.found().stream()
                .map(range -> new BrowseAnswer.Range(range.first(), range.last()))
                .toList();
        var batches = found.isEmpty() ? new byte[0] : batches(partition, glimpse);
        return new BrowseAnswer(ErrorCode.NONE.code(), null, glimpse.next(), found, batches);
    }

    private static byte[] batches(Partition partition, Glimpse glimpse) {
        try {
            var last = glimpse.found().get(glimpse.found().size() - 1).last();
            var bytes = partition.view().orElseThrow().copyAll(glimpse.baseOffset(), last + 1);
            var batches = new byte[bytes.remaining()];
            bytes.get(batches);
            return batches;
        } catch (IOException e) {
            throw new BrokerException(
                    ErrorCode.KAFKA_STORAGE_ERROR, "records of " + partition.id() + " cannot be read", e);
        }
    }
}
