package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The connection factory that is the server's and no application's. */
@Timeout(600)
class ServerFactoryIT {
    @Test
    void contextIsUsedBetweenAndAfterTransactions(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.adapter();
            server.database();
            server.application(Application.books());
            server.start("books/books?create=yes");

            assertThat(server.get("books/books?over=held")).isEqualTo("[held after, held within] [] [] in doubt: 0 0");
        }
    }
}
