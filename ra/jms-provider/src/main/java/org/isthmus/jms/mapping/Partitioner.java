package org.isthmus.jms.mapping;

/**
 * Chooses the partition of a key as Kafka's own producers do (murmur2 over the key's bytes), so that records of one key meet in one
 * partition whoever sends them.
 */
public final class Partitioner {
    private static final int SEED = 0x9747b28c;
    private static final int MULTIPLIER = 0x5bd1e995;
    private static final int SHIFT = 24;

    private Partitioner() {}

    public static int partition(byte[] key, int partitions) {
        // The sign bit is masked, not negated: that is the rule that other clients follow.
        return (murmur2(key) & Integer.MAX_VALUE) % partitions;
    }

    static int murmur2(byte[] data) {
        int hash = SEED ^ data.length;
        int words = data.length / 4;
        for (int word = 0; word < words; word++) {
            int at = word * 4;
            int mixed = (data[at] & 0xff)
                    | (data[at + 1] & 0xff) << 8
                    | (data[at + 2] & 0xff) << 16
                    | (data[at + 3] & 0xff) << 24;
            mixed *= MULTIPLIER;
            mixed ^= mixed >>> SHIFT;
            mixed *= MULTIPLIER;
            hash = hash * MULTIPLIER ^ mixed;
        }
        int tail = words * 4;
        int left = data.length - tail;
        if (left > 0) {
            for (int i = left - 1; i >= 0; i--) {
                hash ^= (data[tail + i] & 0xff) << (8 * i);
            }
            hash *= MULTIPLIER;
        }
        hash ^= hash >>> 13;
        hash *= MULTIPLIER;
        return hash ^ hash >>> 15;
    }
}
