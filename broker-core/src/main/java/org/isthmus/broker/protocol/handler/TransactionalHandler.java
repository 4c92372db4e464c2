package org.isthmus.broker.protocol.handler;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.OwnMessage;

/** What is written beside a partition's log as part of a transaction, in which that takes part from the first such request on (as with KIP-890). */
abstract class TransactionalHandler<Q extends OwnApi.Fields> extends OwnApiHandler<Q, Outcome> {
    private final TransactionAdmission admission;

    TransactionalHandler(OwnApi<Q, Outcome> api, TransactionAdmission admission) {
        super(api);
        this.admission = admission;
    }

    /** Completes once the participant is part of the producer's transaction; fails with what the coordinator refuses it for. */
    final CompletionStage<Void> admit(String transactionalId, ProducerIdentity producer, TopicPartition participant) {
        return admission
                .admit(transactionalId, producer, Set.of(participant), true)
                .thenCompose(refusal -> refusal == ErrorCode.NONE
                        ? CompletableFuture.<Void>completedStage(null)
                        : CompletableFuture.failedStage(new BrokerException(
                                refusal, "transaction " + transactionalId + " cannot take in " + participant)));
    }

    @Override
    public final boolean hasComeAbout(OwnMessage answer) {
        return answer.value(Outcome.class).error() == ErrorCode.NONE.code();
    }

    @Override
    final Outcome refused(Throwable failure) {
        var refusal = Refusal.of(failure);
        return new Outcome(refusal.code(), refusal.message());
    }
}
