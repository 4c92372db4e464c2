package org.isthmus.examples.activity;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Views per page, and with them the next offset of each partition, in one file that changes as a whole. A message may come a second time
 * after a crash; its offset tells that it was counted, so each is counted once. Not safe for use by many threads.
 */
final class CountsFile {
    private final Path file;
    private final Map<String, Long> views = new TreeMap<>();
    private final Map<Integer, Long> next = new TreeMap<>();

    CountsFile(Path file) throws IOException {
        this.file = file.toAbsolutePath();
        Files.createDirectories(this.file.getParent());
        if (Files.exists(this.file)) {
            read();
        }
    }

    Map<String, Long> views() {
        return Map.copyOf(views);
    }

    Map<Integer, Long> next() {
        return Map.copyOf(next);
    }

    /** Counts it and returns when that is on disk; false where it was counted before. */
    boolean count(String page, int partition, long offset) throws IOException {
        if (offset < next.getOrDefault(partition, 0L)) {
            return false;
        }
        var viewsBefore = views.get(page);
        var nextBefore = next.get(partition);
        views.merge(page, 1L, Long::sum);
        next.put(partition, offset + 1);
        try {
            write();
        } catch (IOException e) {
            // The message will come again, so memory must not be ahead of the disk.
            views.compute(page, (key, value) -> viewsBefore);
            next.compute(partition, (key, value) -> nextBefore);
            throw e;
        }
        return true;
    }

    private void read() throws IOException {
        var properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        for (var name : properties.stringPropertyNames()) {
            long value = Long.parseLong(properties.getProperty(name));
            if (name.startsWith("views.")) {
                views.put(name.substring("views.".length()), value);
            } else if (name.startsWith("next.")) {
                next.put(Integer.parseInt(name.substring("next.".length())), value);
            }
        }
    }

    private void write() throws IOException {
        var properties = new Properties();
        views.forEach((page, count) -> properties.setProperty("views." + page, count.toString()));
        next.forEach((partition, offset) -> properties.setProperty("next." + partition, offset.toString()));
        var text = new StringWriter();
        properties.store(text, null);
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try (var channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
