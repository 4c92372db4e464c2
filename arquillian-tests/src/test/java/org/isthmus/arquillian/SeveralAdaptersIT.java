package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The adapter under two names in one server, each with a broker of its own, and transactions that span both. */
@Timeout(1200)
class SeveralAdaptersIT {
    @Test
    void beansOfTwoAdaptersRelayLettersBetweenTheirBrokers(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.adapter();
            server.name(Relay.SECOND, server.secondAdapter());
            server.application(Application.war("relay.war", FirstRelayBean.class, SecondRelayBean.class)
                    .addClasses(Relay.class, RelayServlet.class));
            server.start("relay/relay");

            assertThat(server.get("relay/relay?letter=Hello"))
                    .isEqualTo("Hello by the first at 2 by the second at 2, shown by 2");
            server.restart("relay/relay");
            assertThat(server.get("relay/relay?letter=Again"))
                    .isEqualTo("Again by the first at 2 by the second at 2, shown by 2");
        }
    }
}
