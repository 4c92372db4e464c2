package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * A file in which the disk gets with one force what several logs of a directory got at the same moment. The logs have it in their own files
 * as well, which are forced later, before the journal {@linkplain #beginAgain begins again}; until then it is the journal by which what a
 * crash took from them {@linkplain JournalRecovery comes back}. Used by one thread at a time.
 *
 * <p>It is written in groups, each of which is there as a whole or not at all, and of which none is there without those before it. The
 * generations go by turns into two files, so the older one stays until the newer one has begun:
 *
 * <pre>
 *   group: bytes behind the head (int), CRC-32C of what follows (int), generation (long), number in the generation (int), entries
 *   entry: length of the log's name (short), name, whether the log stands behind others (byte), base offset, end offset (long each),
 *          bytes (int), batches
 * </pre>
 */
public final class CommitJournal implements AutoCloseable {
    private static final int HEAD_BYTES = 20;
    private static final int EXTENT_BYTES = 2 * Long.BYTES + Integer.BYTES;
    /** Of an entry without its name and batches. */
    private static final int ENTRY_BYTES = Short.BYTES + 1 + EXTENT_BYTES;

    private static final int MOST_GROUP_BYTES = 256 << 10;
    /** By which a file is lengthened: for what may be written between two looks at that. */
    private static final int STEP_BYTES = 2 * MOST_GROUP_BYTES;
    /** For which a file has room at least. */
    private static final int LEAST_GROUPS = 4;

    private static final List<String> NAMES = List.of("journal-0", "journal-1");

    /**
     * What one log got.
     *
     * @param log its directory, below that of all logs
     * @param standsBehind whether nothing of the log counts that lies behind its last entry
     * @param batches from the base offset to the end offset; none where the log's own file has them for sure
     */
    record Entry(String log, boolean standsBehind, long baseOffset, long endOffset, ByteBuffer batches) {}

    /**
     * What a journal has.
     *
     * @param generation 0 where nothing was ever written
     * @param file which of the two files that is in
     */
    record Content(long generation, int file, List<Entry> entries) {
        static final Content NOTHING = new Content(0, 1, List.of());
    }

    private final FileStore files;
    private final Path directory;
    private final int capacity;
    private final StoredFile[] written = new StoredFile[NAMES.size()];
    /** How far each file is there on the disk, so that writing needs no room. */
    private final long[] reach = new long[NAMES.size()];

    private final ByteBuffer group;
    private long generation;
    private int current;
    private int number;
    private long position;
    private boolean mayGrow = true;

    private CommitJournal(FileStore files, Path directory, int capacity, Content before) {
        this.files = files;
        this.directory = directory;
        this.capacity = capacity;
        this.generation = before.generation();
        this.current = before.file();
        this.group = ByteBuffer.allocateDirect(Math.min(MOST_GROUP_BYTES, capacity / LEAST_GROUPS));
        group.position(HEAD_BYTES);
    }

    /**
     * A journal that begins anew, behind what is there. Fails where there is no room for it.
     *
     * @param directory in which its files lie
     * @param capacity bytes of a file after which it is full
     */
    static CommitJournal create(FileStore files, Path directory, int capacity, Content before) throws IOException {
        var journal = new CommitJournal(files, directory, capacity, before);
        try {
            journal.openFiles();
            journal.beginAgain();
            journal.write();
            return journal;
        } catch (IOException e) {
            journal.close();
            throw e;
        }
    }

    private void openFiles() throws IOException {
        for (var i = 0; i < written.length; i++) {
            written[i] = files.open(directory.resolve(NAMES.get(i)));
            reach[i] = written[i].size();
            // The newest groups may be in it, which stay until a newer one is there.
            var least = (long) LEAST_GROUPS * group.capacity();
            if (reach[i] < least) {
                lengthen(i, least);
            }
        }
        files.forceDirectory(directory);
    }

    /** By zeros, that are on the disk before anything counts on them. */
    private void lengthen(int file, long to) throws IOException {
        written[file].write(ByteBuffer.allocate((int) (to - reach[file])), reach[file]);
        written[file].force();
        reach[file] = to;
    }

    // ---- what goes into the next group

    /**
     * Takes what the log got since it was forced or taken last. Returns the offset behind that; −1 where the log has to be forced by itself,
     * or does not fit.
     *
     * @param name the log's directory, below that of all logs
     * @param upTo what is to be taken at the most of a log that stands behind others; null for one that does not
     */
    public long take(String name, PartitionLog log, @Nullable LogView upTo) throws IOException {
        var start = group.position();
        PartitionLog.Tail tail = null;
        try {
            var head = putHead(name, upTo != null);
            tail = head < 0 ? null : log.takeTail(group, upTo);
            if (tail != null) {
                var bytes = group.position() - head - EXTENT_BYTES;
                putExtent(head, tail.baseOffset(), tail.endOffset(), bytes);
            }
        } finally {
            if (tail == null) {
                group.position(start);
            }
        }
        return tail == null ? -1 : tail.endOffset();
    }

    /** Whatever is taken from now on leaves room in this group to {@link #note note} all of these. */
    public void keepRoomToNote(Collection<String> names) {
        var room = names.stream()
                .mapToInt(name -> ENTRY_BYTES + name.getBytes(UTF_8).length)
                .sum();
        group.limit(Math.max(group.position(), group.capacity() - room));
    }

    /** Notes that a log which stands behind others counts as far as this. False where that does not fit. */
    public boolean note(String name, long endOffset) {
        group.limit(group.capacity());
        var head = putHead(name, true);
        if (head < 0) {
            return false;
        }
        putExtent(head, endOffset, endOffset, 0);
        return true;
    }

    /** Where the extent is to be put; −1 where there is no room. */
    private int putHead(String name, boolean standsBehind) {
        var bytes = name.getBytes(UTF_8);
        if (group.remaining() < ENTRY_BYTES + bytes.length) {
            return -1;
        }
        group.putShort((short) bytes.length).put(bytes).put((byte) (standsBehind ? 1 : 0));
        var extent = group.position();
        group.position(extent + EXTENT_BYTES);
        return extent;
    }

    private void putExtent(int at, long baseOffset, long endOffset, int bytes) {
        group.putLong(at, baseOffset).putLong(at + Long.BYTES, endOffset).putInt(at + 2 * Long.BYTES, bytes);
    }

    /** How much was put into the next group. */
    public int groupBytes() {
        return group.position();
    }

    /** Leaves out of the next group what was put into it since it had so {@linkplain #groupBytes many bytes}. */
    public void cutGroup(int bytes) {
        group.position(bytes);
    }

    /** Whether there may not be room for what comes last. */
    public boolean isGroupHalfFull() {
        return group.position() > group.capacity() / 2;
    }

    /** Whether nothing was taken or noted for the next group. */
    public boolean isGroupEmpty() {
        return group.position() == HEAD_BYTES;
    }

    // ---- writing

    /** Writes the group, and returns once the disk has it. After a failure nobody knows what it has. */
    public void write() throws IOException {
        group.flip();
        var length = group.limit();
        group.putInt(0, length - HEAD_BYTES).putLong(8, generation).putInt(16, number);
        group.putInt(4, crc(group.slice(8, length - 8)));
        written[current].write(group.duplicate(), position);
        written[current].force();
        position += length;
        // Not to be lengthened by zeros over what is there.
        reach[current] = Math.max(reach[current], position);
        number++;
        group.clear().position(HEAD_BYTES);
    }

    /** Makes room for the next two groups, by lengthening the file while it may be longer. False where it has to begin again for that. */
    public boolean makeRoom() {
        if (!hasRoom() && mayGrow && reach[current] < capacity) {
            try {
                lengthen(current, Math.min(capacity, reach[current] + STEP_BYTES));
            } catch (IOException refused) {
                // What was written before is there, and it begins again more often.
                mayGrow = false;
            }
        }
        return hasRoom();
    }

    private boolean hasRoom() {
        return position + 2L * group.capacity() <= reach[current];
    }

    /** Leaves what was written to be written over once the next group is there: the logs have all of it in their own files. */
    public void beginAgain() {
        current = 1 - current;
        generation++;
        number = 0;
        position = 0;
    }

    @Override
    public void close() throws IOException {
        for (var file : written) {
            if (file != null) {
                file.close();
            }
        }
    }

    // ---- reading

    /** What the journal in a directory has. */
    static Content read(FileStore files, Path directory) throws IOException {
        var newest = Content.NOTHING;
        for (var i = 0; i < NAMES.size(); i++) {
            var bytes = Files.readAll(files, directory.resolve(NAMES.get(i)));
            var found = bytes == null ? null : contentOf(bytes, i);
            if (found != null && found.generation() > newest.generation()) {
                newest = found;
            }
        }
        return newest;
    }

    private static @Nullable Content contentOf(ByteBuffer bytes, int file) {
        var generation = 0L;
        var entries = new ArrayList<Entry>();
        for (var number = 0; isGroup(bytes); number++) {
            var length = bytes.getInt();
            var sum = bytes.getInt();
            var body = bytes.slice(bytes.position(), HEAD_BYTES - 8 + length);
            var ofGeneration = body.getLong();
            // Behind the last group lie others, of an earlier generation.
            if (body.getInt() != number
                    || (number > 0 && ofGeneration != generation)
                    || sum != crc(body.duplicate().rewind())) {
                break;
            }
            generation = ofGeneration;
            while (body.hasRemaining()) {
                entries.add(entry(body));
            }
            bytes.position(bytes.position() + HEAD_BYTES - 8 + length);
        }
        return generation == 0 ? null : new Content(generation, file, entries);
    }

    private static boolean isGroup(ByteBuffer bytes) {
        if (bytes.remaining() < HEAD_BYTES) {
            return false;
        }
        var length = bytes.getInt(bytes.position());
        return length >= 0 && length <= bytes.remaining() - HEAD_BYTES;
    }

    private static Entry entry(ByteBuffer body) {
        var name = new byte[body.getShort()];
        body.get(name);
        var standsBehind = body.get() != 0;
        var baseOffset = body.getLong();
        var endOffset = body.getLong();
        var batches = body.slice(body.position() + Integer.BYTES, body.getInt());
        body.position(body.position() + batches.limit());
        return new Entry(new String(name, UTF_8), standsBehind, baseOffset, endOffset, batches);
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
