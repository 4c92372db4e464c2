package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.share.Transaction;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.protocol.codec.Outcome;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TransactionalAcknowledgement;

/** Acknowledges records as part of a transaction. */
public final class TransactionalAcknowledgeHandler extends TransactionalHandler<TransactionalAcknowledgement> {
    private final Topics topics;
    private final ShareCoordinator shares;

    public TransactionalAcknowledgeHandler(Topics topics, ShareCoordinator shares, TransactionAdmission admission) {
        super(OwnApi.ACKNOWLEDGE_IN_TRANSACTION, admission);
        this.topics = topics;
        this.shares = shares;
    }

    @Override
    CompletionStage<Outcome> answer(RequestContext context, TransactionalAcknowledgement asked) {
        var topic = topics.topic(asked.topicId())
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic with id " + asked.topicId()));
        if (asked.partition() < 0 || asked.partition() >= topic.partitions().size()) {
            throw new BrokerException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic " + topic.name() + " has no partition " + asked.partition());
        }
        var partition = new TopicPartition(topic.name(), asked.partition());
        var acknowledgements = acknowledgements(asked);
        var transaction = new Transaction(asked.producerId(), asked.producerEpoch());
        var producer = new ProducerIdentity(asked.producerId(), asked.producerEpoch());
        var participant = SideParticipant.SHARES.of(partition);
        return shares.ask(
                        partition,
                        share -> share.acknowledge(
                                asked.group(),
                                asked.member(),
                                acknowledgements,
                                transaction,
                                () -> admit(asked.transactionalId(), producer, participant),
                                context.hurried()))
                .thenApply(done -> Outcome.DONE);
    }

    private static List<Acknowledgement> acknowledgements(TransactionalAcknowledgement asked) {
        var acknowledgements = new ArrayList<Acknowledgement>();
        for (var said : asked.said()) {
            ShareAcknowledgements.add(said.first(), said.last(), List.of(said.type()), true, acknowledgements);
        }
        return acknowledgements;
    }
}
