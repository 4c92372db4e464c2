package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.delay.DelayCoordinator;
import org.isthmus.broker.coordinator.delay.Delayed;
import org.isthmus.broker.coordinator.delay.StagedBy;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TransactionalDelay;

/** Keeps records back until their time as part of a transaction. */
public final class TransactionalDelayHandler extends TransactionalHandler<TransactionalDelay> {
    private final Topics topics;
    private final DelayCoordinator delays;

    public TransactionalDelayHandler(Topics topics, DelayCoordinator delays, TransactionAdmission admission) {
        super(OwnApi.DELAY_IN_TRANSACTION, admission);
        this.topics = topics;
        this.delays = delays;
    }

    @Override
    CompletionStage<Outcome> answer(RequestContext context, TransactionalDelay asked) {
        var partition = DelayHandler.place(topics, asked.topicId(), asked.partition());
        var records = new ArrayList<Delayed>();
        for (var each : asked.records()) {
            DelayHandler.check(each.batch(), partition);
            records.add(new Delayed(each.atMs(), new Bytes(each.batch())));
        }
        var transaction = new StagedBy(asked.producerId(), asked.producerEpoch());
        var producer = new ProducerIdentity(asked.producerId(), asked.producerEpoch());
        var participant = SideParticipant.DELAYS.of(partition.id());
        return delays.ask(
                        partition.id(),
                        waiting -> waiting.stage(
                                transaction,
                                asked.first(),
                                records,
                                () -> admit(asked.transactionalId(), producer, participant)))
                .thenApply(done -> Outcome.DONE);
    }
}
