package org.isthmus.arquillian;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The commands that Payara runs before and after it boots, alike for Micro and Server. */
final class PayaraCommands {
    static final String FACTORY = "jms/books";
    static final String DATABASE = "jdbc/books";

    private final StringBuilder before = new StringBuilder();
    private final StringBuilder after = new StringBuilder();
    private boolean areCarriedOut;

    /** Recovery on this server is by global pools, and the broker's answers for beans and for what applications define, too. */
    void adapter(Path archive, Path data) {
        before.append("""
                set configs.config.server-config.transaction-service.automatic-recovery=true
                create-resource-adapter-config --property dataDirectory=%s isthmus
                """.formatted(data));
        after.append("""
                deploy %s
                create-connector-connection-pool --raname isthmus --connectiondefinition jakarta.jms.ConnectionFactory --transactionsupport XATransaction --steadypoolsize 0 booksPool
                create-connector-resource --poolname booksPool %s
                """.formatted(archive, FACTORY));
    }

    void database(Path file) {
        after.append("""
                create-jdbc-connection-pool --restype javax.sql.XADataSource --datasourceclassname org.h2.jdbcx.JdbcDataSource --steadypoolsize 0 --property user=books:password=books:URL=%s booksDatabase
                create-jdbc-resource --connectionpoolid booksDatabase %s
                """.formatted(OwnServer.url(file).replace(":", "\\:").replace("=", "\\="), DATABASE));
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
        return List.of(
                "--prebootcommandfile",
                Files.writeString(directory.resolve("pre.asadmin"), before).toString(),
                "--postbootcommandfile",
                Files.writeString(directory.resolve("post.asadmin"), after).toString());
    }
}
