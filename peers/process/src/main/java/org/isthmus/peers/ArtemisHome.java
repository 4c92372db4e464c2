package org.isthmus.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory of an ActiveMQ Artemis broker with its {@code broker.xml}: what is persistent is forced to the disk before it is answered; no
 * security, no console. {@link #MAIN} starts a broker on such a directory, which is its one argument, in whatever JVM it is called.
 */
public record ArtemisHome(Path directory) {
    public static final String MAIN = "org.apache.activemq.artemis.core.server.embedded.Main";

    /** Without the native library for ASYNCIO the broker takes NIO by itself. */
    private static final String BROKER_XML = """
            <configuration xmlns="urn:activemq">
              <core xmlns="urn:activemq:core">
                <persistence-enabled>true</persistence-enabled>
                <security-enabled>false</security-enabled>
                <bindings-directory>%1$s/bindings</bindings-directory>
                <journal-directory>%1$s/journal</journal-directory>
                <large-messages-directory>%1$s/large-messages</large-messages-directory>
                <paging-directory>%1$s/paging</paging-directory>
                <journal-type>ASYNCIO</journal-type>
                <journal-datasync>true</journal-datasync>
                <journal-sync-transactional>true</journal-sync-transactional>
                <journal-sync-non-transactional>true</journal-sync-non-transactional>
                <journal-buffer-timeout>%2$d</journal-buffer-timeout>
                <acceptors><acceptor name="only">%3$s</acceptor></acceptors>
              </core>
            </configuration>
            """;

    /** For a broker that only its own JVM reaches, at {@code vm://0}. */
    public static ArtemisHome inVm(Path directory) throws IOException {
        return write(directory, "vm://0");
    }

    public static ArtemisHome onPort(Path directory, int port) throws IOException {
        return write(directory, "tcp://127.0.0.1:" + port + "?protocols=CORE");
    }

    private static ArtemisHome write(Path directory, String acceptor) throws IOException {
        var etc = Files.createDirectories(directory.resolve("etc"));
        var text = BROKER_XML.formatted(directory.resolve("data"), SyncTime.measureNanos(directory), acceptor);
        Files.writeString(etc.resolve("broker.xml"), text);
        return new ArtemisHome(directory);
    }
}
