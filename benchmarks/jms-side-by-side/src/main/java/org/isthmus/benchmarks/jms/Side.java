package org.isthmus.benchmarks.jms;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.isthmus.peers.ArtemisHome;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.BrokerSetup;
import org.jspecify.annotations.Nullable;

/** One provider under one row: the client, and the broker if that is not in the client. */
final class Side implements AutoCloseable {
    private static final String ISTHMUS = """
            java.naming.factory.initial = org.isthmus.jms.IsthmusInitialContextFactory
            connectionFactory.ConnectionFactory = %s
            """;
    private static final String ARTEMIS = """
            java.naming.factory.initial = org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory
            connectionFactory.ConnectionFactory = %s
            """;

    private final @Nullable BrokerProcess broker;
    private final ClientProcess client;

    private Side(@Nullable BrokerProcess broker, ClientProcess client) {
        this.broker = broker;
        this.client = client;
    }

    static Side isthmus(Path root, Path directory, Row.Place place, int row) throws IOException {
        var target = root.resolve("benchmarks/jms-side-by-side/target");
        var classPath = List.of(target.resolve("classes"), target.resolve("lib/*"));
        var arguments = List.of(Integer.toString(row));
        if (place == Row.Place.IN_VM) {
            var jndi = ISTHMUS.formatted("?dataDirectory=" + directory.resolve("data"));
            return new Side(null, new ClientProcess(directory, classPath, jndi, arguments));
        }
        var jar = root.resolve("broker-core/target/isthmus-broker.jar");
        var broker = BrokerProcess.isthmus(jar, directory.resolve("broker"), BrokerSetup.MEASURED);
        return withBroker(broker, directory, classPath, ISTHMUS.formatted(broker.bootstrap()), arguments);
    }

    static Side artemis(Path root, Path directory, Row.Place place, int row) throws IOException {
        var lib = root.resolve("peers/artemis/target/lib");
        var classPath = List.of(root.resolve("benchmarks/jms-side-by-side/target/classes"), lib.resolve("*"));
        var index = Integer.toString(row);
        if (place == Row.Place.IN_VM) {
            var home = ArtemisHome.inVm(directory);
            var arguments = List.of(index, ArtemisHome.MAIN, home.directory().toString());
            return new Side(null, new ClientProcess(directory, classPath, ARTEMIS.formatted("vm://0"), arguments));
        }
        var broker = BrokerProcess.artemis(lib, directory.resolve("broker"), BrokerSetup.MEASURED);
        var jndi = ARTEMIS.formatted("tcp://" + broker.bootstrap());
        return withBroker(broker, directory, classPath, jndi, List.of(index));
    }

    private static Side withBroker(
            BrokerProcess broker, Path directory, List<Path> classPath, String jndi, List<String> arguments)
            throws IOException {
        try {
            return new Side(broker, new ClientProcess(directory, classPath, jndi, arguments));
        } catch (IOException e) {
            broker.close();
            throw e;
        }
    }

    double[] round(int number) throws IOException {
        return client.round(number);
    }

    @Override
    public void close() throws IOException {
        try {
            client.close();
        } finally {
            if (broker != null) {
                broker.close();
            }
        }
    }
}
