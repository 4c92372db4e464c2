package org.isthmus.examples.activity;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** What the beans have counted, and the last events of this run. Safe for use by many threads. */
@ApplicationScoped
public class PageCounts {
    private static final int LAST_EVENTS = 12;

    private final Deque<Seen> last = new ArrayDeque<>();
    private CountsFile file;

    @PostConstruct
    void open() {
        var path = System.getProperty(
                "activity.state",
                Path.of(System.getProperty("user.home"), ".isthmus", "page-counts.properties")
                        .toString());
        try {
            file = new CountsFile(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }

    /** False where this very record was counted before. */
    public synchronized boolean count(Seen seen) {
        try {
            if (!file.count(seen.view().page(), seen.partition(), seen.offset())) {
                return false;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Not counted: " + seen, e);
        }
        last.addFirst(seen);
        if (last.size() > LAST_EVENTS) {
            last.removeLast();
        }
        return true;
    }

    public synchronized Map<String, Long> views() {
        return file.views();
    }

    public synchronized Map<Integer, Long> next() {
        return file.next();
    }

    /** The newest first. */
    public synchronized List<Seen> last() {
        return List.copyOf(last);
    }
}
