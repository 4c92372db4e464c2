package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SayingTest {
    private static final TopicPartition ONE = new TopicPartition("letters", 0);
    private static final TopicPartition OTHER = new TopicPartition("letters", 1);

    private static Saying say(TopicPartition partition, long first, long last, byte type) {
        return new Saying(partition, first, last, type, false, new CompletableFuture<>());
    }

    private static Saying.Row row(TopicPartition partition, long first, long last, byte type) {
        return new Saying.Row(partition, first, last, type);
    }

    @Test
    void neighboursThatSayTheSameAreOneRow() {
        var rows = Saying.rows(List.of(
                say(ONE, 1, 2, Saying.ACCEPT),
                say(ONE, 3, 3, Saying.ACCEPT),
                say(OTHER, 4, 4, Saying.ACCEPT),
                say(ONE, 4, 4, Saying.RELEASE)));
        assertThat(rows)
                .containsExactly(
                        row(ONE, 1, 3, Saying.ACCEPT), row(OTHER, 4, 4, Saying.ACCEPT), row(ONE, 4, 4, Saying.RELEASE));
    }

    @Test
    void whatIsDoneNeedsNotBeSeen() {
        var rows = Saying.rows(List.of(
                say(ONE, 1, 1, Saying.SEEN),
                say(ONE, 1, 1, Saying.ACCEPT),
                say(ONE, 2, 2, Saying.SEEN),
                say(ONE, 2, 2, Saying.ACCEPT),
                say(ONE, 3, 3, Saying.SEEN)));
        assertThat(rows).containsExactly(row(ONE, 1, 2, Saying.ACCEPT), row(ONE, 3, 3, Saying.SEEN));
    }

    @Test
    void whatComesBackWasSeen() {
        var rows = Saying.rows(List.of(say(ONE, 1, 1, Saying.SEEN), say(ONE, 1, 1, Saying.RELEASE_UNSEEN)));
        assertThat(rows).hasSize(2);
    }

    @Test
    void whatGoesBackAtOnceIsInAnotherRequestThanWhatLasts() {
        var seen = say(ONE, 1, 1, Saying.SEEN);
        var done = say(ONE, 1, 1, Saying.ACCEPT);
        var unseen = say(ONE, 2, 2, Saying.RELEASE_UNSEEN);
        var alsoUnseen = say(OTHER, 1, 1, Saying.RELEASE_UNSEEN);
        var released = say(OTHER, 2, 2, Saying.RELEASE);
        assertThat(Saying.requests(List.of(seen, done, unseen, alsoUnseen, released)))
                .containsExactly(List.of(seen, done), List.of(unseen, alsoUnseen), List.of(released));
        assertThat(Saying.requests(List.of())).isEmpty();
    }
}
