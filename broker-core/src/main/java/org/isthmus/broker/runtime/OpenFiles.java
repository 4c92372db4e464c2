package org.isthmus.broker.runtime;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Keeps the number of files that are open at once below what the system allows a process, so that a broker may hold any number of logs. Above
 * the limit, files that nobody uses at the moment and that have nothing unforced are let go of, those first that were not used for a while;
 * their next use opens them again. Safe for use by many threads.
 */
final class OpenFiles {
    /** Where the system does not say how many there may be. */
    private static final long ALLOWED_ELSEWHERE = 8192;

    private static final int LEAST = 64;
    private static final int TRIES = 16;

    private final int limit;
    private final Set<LocalFile> open = new LinkedHashSet<>();

    OpenFiles(int limit) {
        this.limit = limit;
    }

    /** Half of what the process may open: connections and whatever else runs in it need the rest. */
    static OpenFiles ofProcess() {
        return new OpenFiles((int) Math.max(LEAST, Math.min(allowed(), Integer.MAX_VALUE) / 2));
    }

    // Asked by name: an application server shows an adapter the JDK's public classes alone, and this is none.
    private static long allowed() {
        try {
            var system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            return ManagementFactory.getPlatformMBeanServer().getAttribute(system, "MaxFileDescriptorCount")
                            instanceof Long count
                    ? count
                    : ALLOWED_ELSEWHERE;
        } catch (JMException notUnix) {
            return ALLOWED_ELSEWHERE;
        }
    }

    /** Called when a file was opened, by its user. */
    // Locked: opening is rare, and each file stands in the queue once.
    synchronized void opened(LocalFile file) {
        open.add(file);
        // Whoever was used since it was asked last gets a second chance. A few are asked each time and not all, because
        // all
        // may be busy or unforced, and then the limit has to give way for a while.
        for (var tries = TRIES; open.size() > limit && tries > 0; tries--) {
            var candidate = open.iterator().next();
            open.remove(candidate);
            if (!candidate.letGo()) {
                open.add(candidate);
            }
        }
    }

    synchronized void closed(LocalFile file) {
        open.remove(file);
    }

    synchronized int count() {
        return open.size();
    }
}
