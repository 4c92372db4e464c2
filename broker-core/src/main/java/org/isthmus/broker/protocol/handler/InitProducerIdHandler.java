package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.transaction.ProducerIds;

/** InitProducerId: the identity by which a partition recognises what a producer sent twice. */
final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData, InitProducerIdResponseData> {
    private final ProducerIds producerIds;

    InitProducerIdHandler(ProducerIds producerIds) {
        this.producerIds = producerIds;
    }

    @Override
    public short apiKey() {
        return 22;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<InitProducerIdResponseData> handle(
            RequestContext context, InitProducerIdRequestData request) {
        if (request.transactionalId() != null) {
            return CompletableFuture.completedStage(refused(ErrorCode.INVALID_REQUEST.code()));
        }
        return producerIds
                .next()
                .thenApply(
                        id -> new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0))
                .exceptionally(failure -> refused(CoordinatorErrors.codeOf(failure)));
    }

    private static InitProducerIdResponseData refused(short error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error)
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
    }
}
