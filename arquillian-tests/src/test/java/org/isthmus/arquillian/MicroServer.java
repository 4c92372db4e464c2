package org.isthmus.arquillian;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Payara Micro, whose root directory keeps what its commands did, and the transaction log. */
final class MicroServer extends OwnServer {
    private final PayaraCommands commands = new PayaraCommands();
    private Path packed;

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

    /** Puts the server, the adapter's settings and these archives into one jar, as which it starts from then on. */
    void pack(Path... archives) throws Exception {
        var jar = directory.resolve("packed.jar");
        var command = micro(commands.beforeBoot(directory));
        for (var archive : archives) {
            command.addAll(List.of("--deploy", archive.toString()));
        }
        command.addAll(List.of("--outputUberJar", jar.toString()));
        run(command, Map.of());
        packed = jar;
    }

    private List<String> micro(List<String> options) throws IOException {
        var command = java("-jar", System.getProperty("payara.microJar"), "--nocluster");
        command.addAll(options);
        return command;
    }

    @Override
    List<String> names() {
        return Bookkeeping.names(PayaraCommands.FACTORY, PayaraCommands.DATABASE, "java:appserver/TransactionManager");
    }

    @Override
    List<String> command() throws Exception {
        var port = List.of("--port", Integer.toString(this.port));
        if (packed != null) {
            var command = java("-jar", packed.toString(), "--nocluster");
            command.addAll(port);
            return command;
        }
        var command = micro(port);
        command.addAll(List.of("--rootdir", directory.resolve("root").toString()));
        command.addAll(commands.once(directory));
        return command;
    }
}
