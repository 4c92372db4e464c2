package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server of its own is killed between the phases of a transaction over queues, a database and another resource, and started again: the
 * server's own recovery ends what was in doubt, in the queues and in the database alike. The resource that takes part kills it, so the moment is
 * always the same.
 */
@Timeout(1200)
class XaRecoveryIT {
    private static final String BOOKS = "books/books";

    @Test
    void whatAServerLeftInDoubtItEndsWhenItComesBack(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.adapter();
            server.database();
            server.application(Application.war("books.war", BookingBean.class)
                    .addClasses(
                            Bookkeeping.class, BookingServlet.class, DyingResource.class, DyingResource.Phase.class));
            server.start(BOOKS + "?create=yes");
            assertThat(server.get(BOOKS + "?book=before")).isEqualTo("[before] [before] []");
            server.diesOf(BOOKS + "?book=decided&deadly=COMMIT");

            server.start(BOOKS);
            server.becomes(BOOKS, "[before, decided] [before, decided] []");
            server.diesOf(BOOKS + "?work=undecided&deadly=PREPARE");

            server.start(BOOKS);
            server.becomes(BOOKS, "[before, decided, undecided] [before, decided, undecided] []");
        }
    }
}
