package org.isthmus.broker.log;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key, in a table of fixed size. Keys are known by 128 bits of their SHA-256, so an entry has 24 bytes however long
 * the key is, and nobody can make two keys that look the same. Used by one thread.
 */
final class LatestOffsets {
    static final long NONE = -1;

    private static final int LONGS = 3;
    private static final int ENTRY_BYTES = LONGS * Long.BYTES;
    private static final int LEAST_SLOTS = 4;
    private static final int HASH_BYTES = 32;

    private final MessageDigest digest;
    private final byte[] hash = new byte[HASH_BYTES];
    private final ByteBuffer hashed = ByteBuffer.wrap(hash);
    /** For each slot the two halves of the hash and the offset plus one, so that 0 is an empty slot. */
    private final long[] table;

    private final int slots;
    private final int most;
    private int count;

    /**
     * @param maxBytes what the table may take
     * @param maxKeys more keys there cannot be
     */
    LatestOffsets(long maxBytes, long maxKeys) {
        var wanted = Math.min(maxBytes / ENTRY_BYTES, maxKeys + maxKeys / 2 + LEAST_SLOTS);
        this.slots = (int) Math.max(LEAST_SLOTS, Math.min(wanted, (Integer.MAX_VALUE - 8) / LONGS));
        this.most = Math.max(1, (int) (slots * 0.75));
        this.table = new long[slots * LONGS];
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Takes in a later offset of the key; false where the table is full. */
    boolean put(ByteBuffer key, long offset) {
        var at = slotOf(key);
        if (table[at + 2] == 0) {
            if (count == most) {
                return false;
            }
            count++;
            table[at] = hashed.getLong(0);
            table[at + 1] = hashed.getLong(Long.BYTES);
        }
        table[at + 2] = offset + 1;
        return true;
    }

    /** The last offset that was put for the key, or {@link #NONE}. */
    long of(ByteBuffer key) {
        return table[slotOf(key) + 2] - 1;
    }

    /** Index of the slot that has the key, or else of the empty one that would. */
    private int slotOf(ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, HASH_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-256 has " + HASH_BYTES + " bytes", e);
        }
        var high = hashed.getLong(0);
        var low = hashed.getLong(Long.BYTES);
        var slot = Math.floorMod(low, slots);
        while (true) {
            var at = slot * LONGS;
            if (table[at + 2] == 0 || (table[at] == high && table[at + 1] == low)) {
                return at;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }
}
