package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive of adapter and console, in a server of its own, with whose data the log lies. */
@Timeout(600)
class DeployableIT {
    @Test
    void theConsoleShowsWhatTheAdapterBesideItHolds(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.archive(Path.of(System.getProperty("isthmus.test.ear")));
            server.start("isthmus-console/");

            assertThat(server.get("isthmus-console/topics"))
                    .contains("<h1>Topics</h1>", "<h2>Isthmus embedded in " + directory);
            assertThat(server.get("isthmus-console/groups")).contains("<th>Lag</th>");
            assertThat(server.get("isthmus-console/branches")).contains("<th>Participants</th>");
            assertThat(server.call("isthmus-console/nothing").statusCode()).isEqualTo(404);
        }
    }
}
