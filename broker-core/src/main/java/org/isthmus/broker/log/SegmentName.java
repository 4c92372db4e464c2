package org.isthmus.broker.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a segment's files are called. A compacted segment says in its name which offsets it covers and how often they were compacted: once
 * its name is on the disk it takes the place of every segment of a lower generation that begins there, which may then go one by one.
 *
 * @param baseOffset where the segment begins
 * @param endOffset where the next one begins; −1 where the name does not say
 * @param generation 0 for a segment as it was written
 */
record SegmentName(long baseOffset, long endOffset, int generation) {
    private static final Pattern LOG = Pattern.compile("(\\d{20})(?:-(\\d{20})-(\\d{1,9}))?\\.log");
    private static final long UNKNOWN = -1;

    static SegmentName written(long baseOffset) {
        return new SegmentName(baseOffset, UNKNOWN, 0);
    }

    /** The name without the ending that tells log and indexes apart. */
    String stem() {
        return generation == 0
                ? String.format(Locale.ROOT, "%020d", baseOffset)
                : String.format(Locale.ROOT, "%020d-%020d-%d", baseOffset, endOffset, generation);
    }

    static Optional<SegmentName> of(String fileName) {
        var match = LOG.matcher(fileName);
        if (!match.matches()) {
            return Optional.empty();
        }
        var base = Long.parseLong(match.group(1));
        return Optional.of(
                match.group(2) == null
                        ? written(base)
                        : new SegmentName(base, Long.parseLong(match.group(2)), Integer.parseInt(match.group(3))));
    }

    /** Those that count, in the order of their offsets. */
    static List<SegmentName> inForce(Collection<SegmentName> all) {
        var newestFirst = new ArrayList<>(all);
        newestFirst.sort(
                Comparator.comparingInt(SegmentName::generation).reversed().thenComparingLong(SegmentName::baseOffset));
        var found = new TreeMap<Long, SegmentName>();
        for (var name : newestFirst) {
            var below = found.floorEntry(name.baseOffset);
            if (below == null || below.getValue().endOffset <= name.baseOffset) {
                found.put(name.baseOffset, name);
            }
        }
        return List.copyOf(found.values());
    }
}
