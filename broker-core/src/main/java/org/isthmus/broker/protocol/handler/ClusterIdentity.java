package org.isthmus.broker.protocol.handler;

import java.util.UUID;
import org.isthmus.broker.common.BrokerId;

/** Which broker of which cluster answers. Clients know a cluster by {@link #clusterName}. */
public record ClusterIdentity(UUID clusterId, BrokerId self) {
    /** The cluster's id as it is written on the wire. */
    public String clusterName() {
        return TopicIds.wire(clusterId).toString();
    }
}
