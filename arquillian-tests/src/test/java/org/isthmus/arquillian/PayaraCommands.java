package org.isthmus.arquillian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The commands that Payara runs before and after it boots, alike for Micro and Server. */
final class PayaraCommands {
    static final String FACTORY = "jms/books";
    static final String SECOND_FACTORY = "jms/second";
    static final String DATABASE = "jdbc/books";

    private final StringBuilder before = new StringBuilder();
    private final StringBuilder after = new StringBuilder();
    private boolean areCarriedOut;

    /** Has a setting be in a new domain before anybody looks for it: who makes it at its first use waits for one who waits for it. */
    void jmsService() {
        before.append("create-module-config --target server-config jms-service\n");
    }

    /** Recovery on this server is by global pools, and the broker's answers for beans and for what applications define, too. */
    void adapter(Path archive, Map<String, String> settings) {
        before.append("set configs.config.server-config.transaction-service.automatic-recovery=true\n");
        adapter("isthmus", archive, settings, FACTORY);
    }

    /** @param name that of the archive's file without its ending, by which it is known to the server */
    void adapter(String name, Path archive, Map<String, String> settings, String factory) {
        var properties = settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + escaped(setting.getValue()))
                .collect(Collectors.joining(":"));
        before.append("create-resource-adapter-config --property %s %s\n".formatted(properties, name));
        after.append(deployment(name, archive, factory));
    }

    /** The archive, and a pool of the server's own, which is taken away with it, and does not look who asks: what is right there is right where it does. */
    static String deployment(String name, Path archive, String factory) {
        return """
                deploy %2$s
                create-connector-connection-pool --raname %1$s --connectiondefinition jakarta.jms.ConnectionFactory --transactionsupport XATransaction --matchconnections=false --steadypoolsize 0 %1$sPool
                create-connector-resource --poolname %1$sPool %3$s
                """.formatted(name, archive, factory);
    }

    void database(Path file) {
        after.append("""
                create-jdbc-connection-pool --restype javax.sql.XADataSource --datasourceclassname org.h2.jdbcx.JdbcDataSource --steadypoolsize 0 --property user=books:password=books:URL=%s booksDatabase
                create-jdbc-resource --connectionpoolid booksDatabase %s
                """.formatted(escaped(OwnServer.url(file)), DATABASE));
    }

    private static String escaped(String value) {
        return value.replace(":", "\\:").replace("=", "\\=");
    }

    void archive(Path archive) {
        after.append("deploy ").append(archive).append('\n');
    }

    /** The options of a start that carries them out; none for a later start. */
    List<String> once(Path directory) throws IOException {
        if (areCarriedOut) {
            return List.of();
        }
        areCarriedOut = true;
        var options = new ArrayList<>(beforeBoot(directory));
        options.add("--postbootcommandfile");
        options.add(Files.writeString(directory.resolve("post.asadmin"), after).toString());
        return options;
    }

    /** Those of them that configure, without those that deploy. */
    List<String> beforeBoot(Path directory) throws IOException {
        return List.of(
                "--prebootcommandfile",
                Files.writeString(directory.resolve("pre.asadmin"), before).toString());
    }
}
