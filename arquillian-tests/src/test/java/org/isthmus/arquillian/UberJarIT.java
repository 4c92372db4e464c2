package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Payara Micro, the adapter with its settings and an application in one jar. */
@Timeout(600)
class UberJarIT {
    @Test
    void oneJarIsServerAdapterAndApplication(@TempDir Path directory) throws Exception {
        try (var server = new MicroServer(directory)) {
            server.adapter();
            server.name("isthmus.test.factory", ModesDefinitions.FACTORY);
            var echo = server.application(Application.echo().addClass(ModesDefinitions.class));
            server.pack(OwnServer.adapterArchive(), echo);
            server.start("echo/echo");

            assertThat(server.get("echo/echo?call=hello")).isEqualTo("hello");
            assertThat(directory.resolve("broker")).isDirectory();
            server.restart("echo/echo");
            assertThat(server.get("echo/echo?call=again")).isEqualTo("again");
        }
    }
}
