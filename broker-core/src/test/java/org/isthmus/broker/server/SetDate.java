package org.isthmus.broker.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * The date of one process, which a test sets while that runs; the machine's own stays. A library before the system's answers who asks for the
 * date, and adds what it finds in a file. A test that makes one is passed over where no C compiler is, or the system has no such libraries.
 */
final class SetDate {
    private static final String SOURCE = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdint.h>
            #include <stdlib.h>
            #include <sys/mman.h>
            #include <sys/time.h>
            #include <time.h>

            static volatile int64_t *ahead;
            static int (*machines)(clockid_t, struct timespec *);

            __attribute__((constructor)) static void begin(void) {
              int file = open(getenv("SECONDS_AHEAD"), O_RDONLY);
              ahead = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
              machines = dlsym(RTLD_NEXT, "clock_gettime");
            }

            int clock_gettime(clockid_t clock, struct timespec *now) {
              int failed = machines(clock, now);
              if (!failed && clock == CLOCK_REALTIME) now->tv_sec += *ahead;
              return failed;
            }

            int gettimeofday(struct timeval *restrict now, void *restrict zone) {
              struct timespec exact;
              int failed = clock_gettime(CLOCK_REALTIME, &exact);
              now->tv_sec = exact.tv_sec;
              now->tv_usec = exact.tv_nsec / 1000;
              return failed;
            }
            """;

    private final Path library;
    private final Path ahead;

    private SetDate(Path library, Path ahead) {
        this.library = library;
        this.ahead = ahead;
    }

    /** The machine's date, to begin with. */
    static SetDate in(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        var source = Files.writeString(directory.resolve("date.c"), SOURCE);
        var date = new SetDate(directory.resolve("date.so"), directory.resolve("ahead"));
        date.set(Duration.ZERO);
        assumeTrue(compiles(source, date.library), "no C compiler");
        return date;
    }

    private static boolean compiles(Path source, Path library) throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "cc", "-shared", "-fPIC", "-O", "-o", library.toString(), source.toString(), "-ldl")
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Under which a process has this date. */
    List<String> command() {
        return List.of("env", "SECONDS_AHEAD=" + ahead, "LD_PRELOAD=" + library);
    }

    void set(Duration forward) throws IOException {
        try (var file = FileChannel.open(ahead, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(forward.toSeconds())
                    .flip());
        }
    }
}
