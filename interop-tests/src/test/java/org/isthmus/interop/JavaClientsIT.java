package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.FreePort;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs with the stock Java clients see of Isthmus what they see of Apache Kafka, refusals included. */
@Timeout(300)
class JavaClientsIT {
    @TempDir
    static Path directory;

    private static BrokerProcess isthmus;
    private static BrokerProcess kafka;

    private interface Program {
        void run(Facts facts) throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        isthmus = Peer.ISTHMUS.start(directory.resolve("isthmus"), FreePort.pick());
        kafka = Peer.APACHE_KAFKA.start(directory.resolve("kafka"), FreePort.pick());
    }

    @AfterAll
    static void stop() {
        isthmus.close();
        kafka.close();
    }

    private static void sameFacts(Program program) throws Exception {
        var ours = new Facts(isthmus.bootstrap());
        program.run(ours);
        var theirs = new Facts(kafka.bootstrap());
        program.run(theirs);
        assertThat(ours.lines()).containsExactlyElementsOf(theirs.lines());
    }

    @Test
    void producer() throws Exception {
        sameFacts(ProducerFacts::of);
    }

    @Test
    void consumerWithoutAGroup() throws Exception {
        sameFacts(ConsumerFacts::of);
    }

    @Test
    void groupsOfTheClassicProtocol() throws Exception {
        sameFacts(facts -> GroupFacts.of(facts, "classic"));
    }

    @Test
    void groupsOfTheConsumerProtocol() throws Exception {
        sameFacts(facts -> GroupFacts.of(facts, "consumer"));
    }

    @Test
    void shareGroups() throws Exception {
        sameFacts(ShareFacts::of);
    }

    @Test
    void transactions() throws Exception {
        sameFacts(TransactionFacts::of);
    }

    @Test
    void topicsSettingsAndTheCluster() throws Exception {
        sameFacts(AdminFacts::of);
    }
}
