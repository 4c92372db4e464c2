package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.coordinator.delay.Delayed;
import org.isthmus.broker.coordinator.delay.StagedBy;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TransactionalDelay;

/** Keeps records back until their time as part of a transaction, which the partition's delayed records join by that (as with KIP-890). */
public final class TransactionalDelayHandler extends OwnApiHandler<TransactionalDelay, Outcome> {
    private final Topics topics;
    private final DelayCoordinator delays;
    private final TransactionAdmission admission;

    public TransactionalDelayHandler(Topics topics, DelayCoordinator delays, TransactionAdmission admission) {
        super(OwnApi.DELAY_IN_TRANSACTION);
        this.topics = topics;
        this.delays = delays;
        this.admission = admission;
    }

    @Override
    CompletionStage<Outcome> answer(TransactionalDelay asked) {
        var partition = DelayHandler.place(topics, asked.topicId(), asked.partition());
        var records = new ArrayList<Delayed>();
        for (var each : asked.records()) {
            DelayHandler.check(each.batch(), partition.maxBatchBytes());
            records.add(new Delayed(each.atMs(), new Bytes(each.batch())));
        }
        var transaction = new StagedBy(asked.producerId(), asked.producerEpoch());
        return delays.ask(
                        partition.id(),
                        waiting ->
                                waiting.stage(transaction, asked.first(), records, () -> admit(asked, partition.id())))
                .thenApply(done -> Outcome.DONE);
    }

    private CompletionStage<Void> admit(TransactionalDelay asked, TopicPartition partition) {
        var producer = new ProducerIdentity(asked.producerId(), asked.producerEpoch());
        return admission
                .admit(asked.transactionalId(), producer, Set.of(SideParticipant.DELAYS.of(partition)), true)
                .thenCompose(refusal -> refusal == ErrorCode.NONE
                        ? CompletableFuture.<Void>completedStage(null)
                        : CompletableFuture.failedStage(new BrokerException(
                                refusal,
                                "transaction " + asked.transactionalId() + " cannot take in records for later of "
                                        + partition)));
    }

    @Override
    Outcome refused(Throwable failure) {
        var refusal = Refusal.of(failure);
        return new Outcome(refusal.code(), refusal.message());
    }
}
