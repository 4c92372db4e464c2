package org.isthmus.arquillian;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Payara Micro, whose root directory keeps what its commands did, and the transaction log. */
final class MicroServer extends OwnServer {
    private final PayaraCommands commands = new PayaraCommands();

    MicroServer(Path directory) {
        super(directory);
    }

    @Override
    void adapter(Map<String, String> settings) {
        commands.adapter(adapterArchive(), settings);
    }

    @Override
    String secondAdapter() throws IOException {
        var settings = Map.of("dataDirectory", directory.resolve("second").toString());
        commands.adapter("second", copyOfAdapter("second.rar"), settings, PayaraCommands.SECOND_FACTORY);
        return PayaraCommands.SECOND_FACTORY;
    }

    @Override
    void database() {
        commands.database(directory.resolve("database"));
    }

    @Override
    void archive(Path archive) {
        commands.archive(archive);
    }

    @Override
    List<String> names() {
        return Bookkeeping.names(PayaraCommands.FACTORY, PayaraCommands.DATABASE, "java:appserver/TransactionManager");
    }

    @Override
    List<String> command() throws Exception {
        var command = java(
                "-jar",
                System.getProperty("payara.microJar"),
                "--nocluster",
                "--rootdir",
                directory.resolve("root").toString(),
                "--port",
                Integer.toString(port));
        command.addAll(commands.once(directory));
        return command;
    }
}
