package org.isthmus.broker.metadata;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a cluster of one broker, in one file that is replaced as a whole. One loop owns the image and does the writing; changes
 * that come while it writes are decided one after another and share the next write. An image is published only when the disk has it.
 */
public final class LocalMetadataStore implements MetadataStore {
    private static final System.Logger log = System.getLogger(LocalMetadataStore.class.getName());

    private final MetadataFile file;
    private final EventLoop loop;
    private final Queue<Change> waiting = new ArrayDeque<>();
    private final List<Consumer<ClusterImage>> followers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile ClusterImage image;

    private record Change(Function<ClusterImage, List<ClusterDelta>> decide, CompletableFuture<ClusterImage> done) {}

    private LocalMetadataStore(MetadataFile file, EventLoop loop, ClusterImage image) {
        this.file = file;
        this.loop = loop;
        this.image = image;
    }

    /** Opens the file, creating it and with it the cluster where there is none. The loop may be one that blocks on the disk. */
    public static LocalMetadataStore open(Path path, BrokerId self, FileStore files, IdSource ids, EventLoop loop)
            throws IOException {
        var file = new MetadataFile(path, files);
        var found = file.read(self);
        if (found.isPresent()) {
            return new LocalMetadataStore(file, loop, found.get());
        }
        var fresh = ClusterImage.empty(ids.nextUuid(), self);
        file.write(fresh);
        return new LocalMetadataStore(file, loop, fresh);
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    /** The process is its own session. */
    @Override
    public SessionState session() {
        return SessionState.HELD;
    }

    @Override
    public void followSession(Consumer<SessionState> listener) {
        loop.execute(() -> listener.accept(SessionState.HELD));
    }

    @Override
    public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
        var done = new CompletableFuture<ClusterImage>();
        if (closed.get()) {
            done.completeExceptionally(
                    new BrokerException(ErrorCode.BROKER_NOT_AVAILABLE, "the metadata store is closed"));
            return done;
        }
        boolean first;
        // A short lock, not the loop: what waits here while the loop is on the disk is what shares its next write.
        synchronized (waiting) {
            first = waiting.isEmpty();
            waiting.add(new Change(decide, done));
        }
        if (first) {
            loop.execute(this::carryOut);
        }
        return done;
    }

    private void carryOut() {
        List<Change> batch;
        synchronized (waiting) {
            batch = List.copyOf(waiting);
            waiting.clear();
        }
        var next = image;
        var decided = new ArrayList<CompletableFuture<ClusterImage>>();
        // A refusal may be about what a change before it has just made, so it is told when that can be seen.
        var refusals = new ArrayList<Runnable>();
        var unchanged = true;
        for (var change : batch) {
            var after = decide(change, next, refusals);
            if (after != null) {
                unchanged &= after.version() == next.version();
                next = after;
                decided.add(change.done());
            }
        }
        if (unchanged || publish(next, decided)) {
            var published = image;
            decided.forEach(done -> done.complete(published));
        }
        refusals.forEach(Runnable::run);
    }

    private static @Nullable ClusterImage decide(Change change, ClusterImage from, List<Runnable> refusals) {
        try {
            var deltas = change.decide().apply(from);
            return deltas.isEmpty() ? from : from.with(deltas);
        } catch (RuntimeException refusal) {
            refusals.add(() -> change.done().completeExceptionally(refusal));
            return null;
        }
    }

    private boolean publish(ClusterImage next, List<CompletableFuture<ClusterImage>> decided) {
        try {
            file.write(next);
        } catch (IOException failure) {
            log.log(System.Logger.Level.ERROR, "Metadata could not be written; nothing has changed", failure);
            var error = new BrokerException(ErrorCode.KAFKA_STORAGE_ERROR, failure.toString(), failure);
            decided.forEach(done -> done.completeExceptionally(error));
            return false;
        }
        image = next;
        followers.forEach(follower -> follower.accept(next));
        return true;
    }

    @Override
    public void follow(Consumer<ClusterImage> listener) {
        loop.execute(() -> {
            listener.accept(image);
            followers.add(listener);
        });
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
