package org.isthmus.interop;

import java.io.IOException;
import java.nio.file.Path;
import org.isthmus.peers.BrokerProcess;

/** The two brokers that are to look alike. Either can be started again on the port and the directory that it had. */
enum Peer {
    ISTHMUS {
        @Override
        BrokerProcess start(Path data, int port) throws Exception {
            return ready(BrokerProcess.isthmus(Peers.BROKER_JAR, data, port, Peers.ISTHMUS));
        }
    },
    APACHE_KAFKA {
        @Override
        BrokerProcess start(Path data, int port) throws Exception {
            return ready(BrokerProcess.kafka(Peers.KAFKA, data, port, Peers.APACHE_KAFKA));
        }
    };

    abstract BrokerProcess start(Path data, int port) throws Exception;

    private static BrokerProcess ready(BrokerProcess broker) throws IOException, InterruptedException {
        Comparison.awaitReady(broker);
        return broker;
    }
}
