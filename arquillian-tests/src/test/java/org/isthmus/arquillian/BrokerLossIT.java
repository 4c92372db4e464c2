package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.isthmus.broker.server.BrokerProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker is a process of its own and dies under a server: what the server had of it, pooled connections and beans, goes on when it comes back. */
@Timeout(600)
class BrokerLossIT {
    @TempDir
    Path directory;

    private BrokerProcess broker;

    @BeforeEach
    void start() throws IOException {
        broker = BrokerProcess.start(directory.resolve("broker"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void poolAndBeansGoOnWhenTheBrokerComesBack() throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.adapter(Map.of("bootstrapServers", broker.address()));
            server.application(Application.echo());
            server.start("echo/echo");
            assertThat(server.get("echo/echo?call=before")).isEqualTo("before");

            broker.kill();
            startAgain();
            assertThat(server.get("echo/echo?call=after")).isEqualTo("after");

            broker.kill();
            assertThat(server.call("echo/echo?call=lost").statusCode()).isEqualTo(500);
            startAgain();
            assertThat(server.get("echo/echo?call=again")).isEqualTo("again");
        }
    }

    private void startAgain() throws IOException {
        broker = BrokerProcess.startAt(broker.address(), directory.resolve("broker"));
    }
}
