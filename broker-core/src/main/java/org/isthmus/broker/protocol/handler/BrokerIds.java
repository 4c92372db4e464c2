package org.isthmus.broker.protocol.handler;

import java.util.List;
import org.isthmus.broker.common.BrokerId;

/** Brokers as the wire names them. */
final class BrokerIds {
    private BrokerIds() {}

    static List<Integer> numbers(List<BrokerId> ids) {
        return ids.stream().map(BrokerId::value).toList();
    }
}
