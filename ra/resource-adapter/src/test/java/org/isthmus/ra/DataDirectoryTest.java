package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each server says by a system property where its data is. */
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

    private static Path where(Map<String, String> properties) {
        System.getProperties().putAll(properties);
        try {
            return DataDirectory.ofThisServer();
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }
}
