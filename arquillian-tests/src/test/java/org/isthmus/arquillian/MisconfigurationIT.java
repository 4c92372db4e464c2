package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bean whose activation properties are wrong is not deployed; the server says all that is wrong, and goes on. */
@Timeout(600)
class MisconfigurationIT {
    @Test
    void deployerIsToldAllThatIsWrongWithABean(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.adapter();
            server.refusedApplication(Application.war("wrong.war", MisconfiguredBean.class));
            server.application(Application.echo());
            server.start("echo/echo");

            server.says("messageSelector: ");
            server.says("ordering: \"random\" is none of none, key, partition");
            server.says("maxSession: 0 is less than 1");
            assertThat(server.get("echo/echo?call=hello")).isEqualTo("hello");
        }
    }
}
