package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The adapter and an application that uses it are taken away from a server that goes on, and deployed again. */
@Timeout(1200)
class RedeployIT {
    @Test
    void undeployedAdapterLeavesNoThreadAndMayComeBack(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            var redeploying = (Redeploying) server;
            server.adapter();
            server.application(ShrinkWrap.create(WebArchive.class, "probe.war").addClass(ThreadsServlet.class));
            var echo = server.application(Application.echo());
            server.start("echo/echo");
            for (int n = 0; n < 2; n++) {
                assertThat(server.get("echo/echo?call=hello")).isEqualTo("hello");
                assertThat(server.get("probe/threads")).contains("isthmus-");

                redeploying.undeploy(echo);
                redeploying.undeploy(OwnServer.adapterArchive());
                server.becomes("probe/threads", "[]");

                redeploying.deployAdapter();
                redeploying.deploy(echo);
            }
            assertThat(server.get("echo/echo?call=again")).isEqualTo("again");
        }
    }
}
