package org.isthmus.benchmarks;

/**
 * What is asked of a broker in one round.
 *
 * @param recordBytes size of each record's value
 * @param partitions partitions of the topic
 * @param records how many are produced, and then consumed
 * @param fsync whether a record is on the disk before it is acknowledged
 * @param recordsPerSecond the rate at which records are offered; −1 for as fast as the broker takes them
 */
record Workload(int recordBytes, int partitions, long records, boolean fsync, long recordsPerSecond) {
    boolean isPaced() {
        return recordsPerSecond > 0;
    }

    String describe() {
        return "%d B × %d partition%s, %s%s"
                .formatted(
                        recordBytes,
                        partitions,
                        partitions == 1 ? "" : "s",
                        fsync ? "fsync" : "no fsync",
                        isPaced() ? ", " + recordsPerSecond + "/s" : "");
    }
}
