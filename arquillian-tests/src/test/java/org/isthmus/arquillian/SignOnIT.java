package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that asks who comes, in a server whose adapter has a user: applications, definitions and beans may be others, and recovery is the adapter's. */
@Timeout(1200)
class SignOnIT {
    private static final String BOOKS = "books/books";
    private static final String SIGN_ON = "books/sign-on";
    private static final int MORE_THAN_A_POOL_HAS = 40;

    @Test
    void whoeverComesIsAskedAndRecoveryComesAsTheAdaptersUser(@TempDir Path directory) throws Exception {
        var users = Files.writeString(directory.resolve("users"), "server:s3rver\nann:apple\n");
        try (var server = OwnServer.in(directory)) {
            server.adapter(Map.of(
                    "dataDirectory",
                    directory.resolve("broker").toString(),
                    "settings",
                    "isthmus.users=" + users,
                    "userName",
                    "server",
                    "password",
                    "s3rver"));
            server.database();
            server.application(Application.books(ParcelBean.class, LostParcelBean.class)
                    .addClasses(SignOnDefinitions.class, SignOnServlet.class));
            server.start(BOOKS + "?create=yes");

            assertThat(server.get(SIGN_ON)).isEqualTo("welcome");
            assertThat(server.get(SIGN_ON + "?user=ann&password=apple")).isEqualTo("welcome");
            for (int n = 0; n < MORE_THAN_A_POOL_HAS; n++) {
                assertThat(server.get(SIGN_ON + "?user=ann&password=pear")).isEqualTo("refused");
            }
            // In a transaction these pools share a connection, whoever asks.
            for (int n = 0; n < MORE_THAN_A_POOL_HAS; n++) {
                assertThat(server.get(SIGN_ON + "?user=ann&password=apple&after=server"))
                        .isEqualTo("refused");
            }
            assertThat(server.get(SIGN_ON)).isEqualTo("welcome");
            assertThat(server.get(SIGN_ON + "?factory=java:app/jms/ann")).isEqualTo("welcome");
            assertThat(server.get(SIGN_ON + "?factory=java:app/jms/ann&user=ann&password=pear"))
                    .isEqualTo("refused");
            assertThat(server.get(SIGN_ON + "?factory=java:app/jms/impostor")).isEqualTo("refused");
            server.says("gave up after attempt 2 (setupAttempts)");
            assertThat(server.get(SIGN_ON + "?parcel=book")).isEqualTo("book");

            server.diesOf(BOOKS + "?book=decided&death=FIRST_TO_COMMIT");
            server.start(BOOKS);
            server.becomes(BOOKS, "[decided] [decided] [] in doubt: 0 0");
            server.diesOf(BOOKS + "?work=undecided&death=LAST_TO_PREPARE");
            server.start(BOOKS);
            server.becomes(BOOKS, "[decided, undecided] [decided, undecided] [] in doubt: 0 0");
        }
    }
}
