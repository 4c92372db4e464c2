package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker is a process of its own and dies under a server: what the server had of it, pooled connections and beans, goes on when it comes back. */
@Timeout(600)
class BrokerLossIT {
    @Test
    void poolAndBeansGoOnWhenTheBrokerComesBack(@TempDir Path directory) throws Exception {
        try (var broker = new BrokerProcess(directory);
                var server = OwnServer.in(directory)) {
            server.adapter(Map.of("bootstrapServers", broker.address()));
            server.application(Application.echo());
            server.start("echo/echo");
            assertThat(server.get("echo/echo?call=before")).isEqualTo("before");

            broker.kill();
            broker.start();
            assertThat(server.get("echo/echo?call=after")).isEqualTo("after");

            broker.kill();
            assertThat(server.call("echo/echo?call=lost").statusCode()).isEqualTo(500);
            broker.start();
            assertThat(server.get("echo/echo?call=again")).isEqualTo("again");
        }
    }
}
