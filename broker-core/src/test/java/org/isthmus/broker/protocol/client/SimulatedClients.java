package org.isthmus.broker.protocol.client;

import java.util.List;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/** Where broker clients come from in a simulation: the same client, on a loop, a transport and a clock that are simulated. */
public final class SimulatedClients {
    private SimulatedClients() {}

    public static BrokerClient connect(
            List<Endpoint> bootstrap, ClientConfig config, Transport transport, Clock clock, IdSource ids) {
        var client = new ClientLoop(transport.loop(), transport, clock, ids, config, null);
        return new WireBrokerClient(client, bootstrap, () -> {});
    }
}
