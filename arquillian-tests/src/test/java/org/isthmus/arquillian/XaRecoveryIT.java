package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server of its own is killed at every step between the phases of a transaction over queues, a database and another resource, and started
 * again each time: the server's own recovery ends what was in doubt, in the queues and in the database alike. The resource that takes part kills
 * it, so the moment is always the same.
 */
@Timeout(2400)
class XaRecoveryIT {
    private static final String BOOKS = "books/books";

    @Test
    void whereverAServerDiesItEndsWhenItComesBackWhatItLeftInDoubt(@TempDir Path directory) throws Exception {
        try (var server = OwnServer.in(directory)) {
            server.adapter();
            server.database();
            server.application(Application.books());
            server.start(BOOKS + "?create=yes");
            var booked = new ArrayList<String>();

            // Of an application's own transaction nothing has happened before the decision, and all of it after.
            for (var death : List.of(Death.FIRST_TO_PREPARE, Death.BETWEEN_PREPARES, Death.LAST_TO_PREPARE)) {
                diesAndComesBack(server, "book=never", death);
                becomes(server, booked);
            }
            for (var death : List.of(Death.FIRST_TO_COMMIT, Death.BETWEEN_COMMITS, Death.LAST_TO_COMMIT)) {
                diesAndComesBack(server, "book=own-" + death, death);
                booked.add("own-" + death);
                becomes(server, booked);
            }
            // A bean gets again what was not decided.
            for (var death : List.of(
                    Death.FIRST_TO_PREPARE, Death.LAST_TO_PREPARE, Death.FIRST_TO_COMMIT, Death.LAST_TO_COMMIT)) {
                diesAndComesBack(server, "work=bean-" + death, death);
                booked.add("bean-" + death);
                becomes(server, booked);
            }
            assertThat(booked).hasSize(7);
        }
    }

    private static void diesAndComesBack(OwnServer server, String what, Death death) throws Exception {
        server.diesOf(BOOKS + "?" + what + "&death=" + death);
        server.start(BOOKS);
    }

    private static void becomes(OwnServer server, List<String> booked) throws Exception {
        booked.sort(null);
        server.becomes(BOOKS, booked + " " + booked + " [] in doubt: 0 0");
    }
}
