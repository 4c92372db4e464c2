package org.isthmus.broker.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.isthmus.broker.replica.LogDirectory;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * The directories that a broker keeps its logs in, locked for as long as this is open. The first one holds the metadata and, in {@code
 * directories}, the list of the others, each of which carries its identity in {@code isthmus.directory}: so an empty mount point is not
 * taken for a disk whose logs are gone, nor another cluster's disk for ours. Used by the thread that starts the broker.
 */
final class DataDirectories implements AutoCloseable {
    private static final String LIST = "directories";
    private static final String IDENTITY = "isthmus.directory";

    private final FileStore files;
    private final Path first;
    private final UUID cluster;
    private final IdSource ids;
    private final Supplier<Executor> disks;
    private final Executor forces;
    private final List<DirectoryLock> locks = new ArrayList<>();
    private final Map<UUID, Path> known = new LinkedHashMap<>();

    /**
     * @param first the data directory, which is locked already
     * @param disks gives each directory the executor of its disk
     */
    DataDirectories(
            FileStore files, Path first, UUID cluster, IdSource ids, Supplier<Executor> disks, Executor forces) {
        this.files = files;
        this.first = first;
        this.cluster = cluster;
        this.ids = ids;
        this.disks = disks;
        this.forces = forces;
    }

    /**
     * Takes hold of all directories; one whose disk does not work is given as failed. Those that hold logs by the list and are not given
     * any more come as failed too, because what lies there must not be begun anew elsewhere. Fails where one belongs to somebody else, or
     * where the first cannot be read.
     */
    List<LogDirectory> open(List<Path> others) throws IOException {
        readList();
        var listed = Map.copyOf(known);
        var opened = new ArrayList<LogDirectory>();
        files.createDirectories(first.resolve("logs"));
        var home = directory(first);
        home.recover();
        opened.add(home);
        var present = new HashSet<UUID>();
        for (var path : others) {
            var directory = directory(path);
            opened.add(directory);
            try {
                present.add(take(path, listed));
                files.createDirectories(directory.logs());
                files.list(directory.logs());
                directory.recover();
            } catch (DirectoryLock.NotOursException refused) {
                throw refused;
            } catch (IOException e) {
                directory.fail(e);
            }
        }
        listed.forEach((id, path) -> {
            if (!present.contains(id) && !others.contains(path)) {
                opened.add(absent(path));
            }
        });
        if (!known.equals(listed)) {
            replace(first.resolve(LIST), listText());
        }
        return opened;
    }

    private LogDirectory directory(Path path) {
        return new LogDirectory(path, files, disks.get(), forces, Clock.system());
    }

    private LogDirectory absent(Path path) {
        var directory = directory(path);
        directory.fail(
                new IOException("it holds logs, but log.dirs does not name it; name it again, or delete its line in "
                        + first.resolve(LIST) + " to give up what lies there"));
        return directory;
    }

    private UUID take(Path path, Map<UUID, Path> listed) throws IOException {
        files.createDirectories(path);
        locks.add(DirectoryLock.take(path));
        var file = path.resolve(IDENTITY);
        var words = files.exists(file) ? read(file).split("\\s+") : new String[0];
        UUID id;
        if (words.length < 2) {
            if (listed.containsValue(path)) {
                throw new IOException(
                        "it was one of the log directories before and is empty now; is its disk mounted?");
            }
            id = ids.nextUuid();
            replace(file, cluster + " " + id + "\n");
        } else if (!words[0].equals(cluster.toString())) {
            throw new DirectoryLock.NotOursException(
                    "log directory " + path + " belongs to another cluster, " + words[0]);
        } else {
            id = uuid(file, words[1]);
        }
        known.put(id, path);
        return id;
    }

    private void readList() throws IOException {
        var list = first.resolve(LIST);
        if (files.exists(list)) {
            for (var line : read(list).lines().filter(text -> !text.isBlank()).toList()) {
                var words = line.strip().split(" ", 2);
                if (words.length < 2) {
                    throw new IOException("Not an identity and a path: '" + line + "' in " + list);
                }
                known.put(uuid(list, words[0]), Path.of(words[1]));
            }
        }
    }

    private String listText() {
        var text = new StringBuilder();
        known.forEach((id, path) -> text.append(id).append(' ').append(path).append('\n'));
        return text.toString();
    }

    private static UUID uuid(Path file, String text) throws IOException {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new IOException("Not an identity: '" + text + "' in " + file, e);
        }
    }

    private String read(Path path) throws IOException {
        try (var file = files.open(path)) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            while (bytes.hasRemaining()) {
                if (file.read(bytes, bytes.position()) < 0) {
                    throw new EOFException("The file became shorter: " + path);
                }
            }
            return new String(bytes.array(), UTF_8);
        }
    }

    /** After any crash, what was there or this, whole. */
    private void replace(Path path, String text) throws IOException {
        var next = path.resolveSibling(path.getFileName() + ".tmp");
        try (var file = files.open(next)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
            file.force();
        }
        files.move(next, path);
        var parent = path.getParent();
        if (parent != null) {
            files.forceDirectory(parent);
        }
    }

    @Override
    public void close() throws IOException {
        @Nullable IOException failure = null;
        for (var lock : locks) {
            try {
                lock.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
