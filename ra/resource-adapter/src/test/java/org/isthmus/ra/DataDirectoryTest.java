package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.resource.spi.ResourceAdapterInternalException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each server says by a system property where its data is; and a directory is one broker's. */
class DataDirectoryTest {
    private static final Path HOME = Path.of(System.getProperty("user.home"), ".isthmus", "data");

    @Test
    void logLiesWithTheDataOfTheServer() {
        assertThat(where(Map.of("jboss.server.data.dir", "/srv/wildfly/data")))
                .isEqualTo(Path.of("/srv/wildfly/data/isthmus"));
        assertThat(where(Map.of("com.sun.aas.instanceRoot", "/srv/domain1")))
                .isEqualTo(Path.of("/srv/domain1/isthmus"));
    }

    @Test
    void areaThatAServerDeletesIsNotForALog() {
        var temporary = System.getProperty("java.io.tmpdir") + "/payaramicro-rt1";

        assertThat(where(Map.of("com.sun.aas.instanceRoot", temporary))).isEqualTo(HOME);
    }

    @Test
    void withoutAServerItLiesWithTheUser() {
        assertThat(where(Map.of())).isEqualTo(HOME);
    }

    @Test
    void directoryOfABrokerInAnotherProcessIsNotTakenWhileThatLives(@TempDir Path directory) throws Exception {
        var adapter = new IsthmusResourceAdapter();
        adapter.setDataDirectory(directory.toString());
        var other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.isthmus.broker.server.Main",
                        "serve",
                        "--data",
                        directory.toString(),
                        "--listen",
                        "127.0.0.1:0")
                .redirectError(Redirect.DISCARD)
                .start();
        try (var server = new FakeServer()) {
            try {
                assertThat(other.inputReader().readLine()).contains("ready");
                assertThatThrownBy(() -> adapter.start(server))
                        .isInstanceOf(ResourceAdapterInternalException.class)
                        .hasMessageContaining(directory.toRealPath() + " is in use by another broker");
            } finally {
                other.destroyForcibly().waitFor();
            }

            adapter.start(server);
            adapter.stop();
        }
    }

    private static Path where(Map<String, String> properties) {
        System.getProperties().putAll(properties);
        try {
            return DataDirectory.ofThisServer();
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }
}
