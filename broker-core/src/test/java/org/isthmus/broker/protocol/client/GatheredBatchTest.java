package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.protocol.client.LoneSender.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who was answered together goes together again, with a loop whose short times are over when the test says so. */
@Timeout(60)
class GatheredBatchTest {
    private static final TopicPartition PAGES = new TopicPartition("pages", 0);

    @TempDir
    Path data;

    private final Queue<Held> held = new ConcurrentLinkedQueue<>();
    private LoneSender lone;

    /** A short time that is not over. */
    private record Held(Runnable task, CompletableFuture<Void> cancelled) implements Cancellable {
        @Override
        public void cancel() {
            cancelled.complete(null);
        }
    }

    @BeforeEach
    void start() throws Exception {
        lone = new LoneSender(data, PAGES, real -> real, loop -> new Patient(loop, held));
        get(lone.undisturbed().createTopic(new NewTopic("pages", 1, Map.of())));
        lone.send(List.of("first"));
        get(lone.answers().get(0));
        lone.send(List.of("one", "other"));
        get(lone.answers().get(2));
    }

    @AfterEach
    void stop() {
        lone.close();
    }

    @Test
    void batchWaitsForAllWhomTheLastOneAnswered() {
        var before = lone.attempts();

        lone.send(List.of("one again"));
        assertThat(attemptsOnceTheLoopIsDone()).isEqualTo(before);
        lone.send(List.of("other again"));

        assertThat(get(lone.answers().get(3))).isEqualTo(3);
        assertThat(get(lone.answers().get(4))).isEqualTo(4);
        assertThat(lone.attempts()).isEqualTo(before + 1);
        assertThat(held.remove().cancelled()).isDone();
    }

    @Test
    void batchWaitsNoLongerThanThatTook() {
        lone.send(List.of("one again"));
        var before = attemptsOnceTheLoopIsDone();

        lone.client().loop().execute(held.remove().task());

        assertThat(get(lone.answers().get(3))).isEqualTo(3);
        assertThat(lone.attempts()).isEqualTo(before + 1);
    }

    @Test
    void whoSendsAloneDoesNotWait() {
        lone.client().loop().execute(held.remove().task());
        for (var i = 3; i < 10; i++) {
            lone.send(List.of("alone"));
            assertThat(get(lone.answers().get(i))).isEqualTo(i);
        }

        assertThat(held).isEmpty();
    }

    private int attemptsOnceTheLoopIsDone() {
        var done = new CompletableFuture<Integer>();
        lone.client().loop().execute(() -> done.complete(lone.attempts()));
        return get(done);
    }

    private record Patient(EventLoop loop, Queue<Held> held) implements EventLoop {
        private static final Duration SHORT = Duration.ofMillis(5);

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            if (delay.compareTo(SHORT) > 0) {
                return loop.schedule(delay, task);
            }
            var kept = new Held(task, new CompletableFuture<>());
            held.add(kept);
            return kept;
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public void perform(Runnable task) {
            loop.perform(task);
        }

        @Override
        public boolean perform(Runnable task, BooleanSupplier goesOn) {
            return loop.perform(task, goesOn);
        }

        @Override
        public void executeSoon(Runnable task) {
            loop.executeSoon(task);
        }

        @Override
        public boolean inLoop() {
            return loop.inLoop();
        }
    }
}
