package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.MetadataStore;

/** Tells which brokers there are and which of them is the controller. */
public final class DescribeClusterHandler
        implements ApiHandler<DescribeClusterRequestData, DescribeClusterResponseData> {
    private static final byte BROKERS = 1;

    private final MetadataStore metadata;
    private final ClusterIdentity identity;
    private final Addresses addresses;

    public DescribeClusterHandler(MetadataStore metadata, ClusterIdentity identity, Addresses addresses) {
        this.metadata = metadata;
        this.identity = identity;
        this.addresses = addresses;
    }

    @Override
    public short apiKey() {
        return 60;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<DescribeClusterResponseData> handle(
            RequestContext context, DescribeClusterRequestData request) {
        var response = new DescribeClusterResponseData().setEndpointType(request.endpointType());
        if (request.endpointType() != BROKERS) {
            return CompletableFuture.completedFuture(response.setErrorCode(ErrorCode.INVALID_REQUEST.code())
                    .setErrorMessage("there are brokers to describe here, and no controllers of their own"));
        }
        var image = metadata.image();
        response.setClusterId(identity.clusterName())
                .setControllerId(image.controller().value());
        if (request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.ON_CLUSTER);
        }
        for (var broker : image.brokers().values()) {
            var address = addresses.of(broker, context.listener());
            response.brokers()
                    .add(new DescribeClusterBroker()
                            .setBrokerId(broker.id().value())
                            .setRack(broker.rack())
                            .setHost(address.host())
                            .setPort(address.port()));
        }
        return CompletableFuture.completedFuture(response);
    }
}
