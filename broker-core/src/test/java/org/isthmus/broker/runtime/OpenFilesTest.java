package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More files in use than may be open. */
@Timeout(60)
class OpenFilesTest {
    private static final int LIMIT = 8;

    private final OpenFiles openFiles = new OpenFiles(LIMIT);

    @TempDir
    Path directory;

    private LocalFile file(int number) throws IOException {
        return new LocalFile(directory.resolve("f" + number), openFiles);
    }

    @Test
    void filesBeyondTheLimitAreLetGoAndComeBackWithTheirNextUse() throws Exception {
        var files = new ArrayList<LocalFile>();
        for (var number = 0; number < 10 * LIMIT; number++) {
            var file = file(number);
            file.write(bytes(number), 0);
            file.force();
            files.add(file);
            assertThat(openFiles.count()).isLessThanOrEqualTo(LIMIT);
        }

        for (var number = 0; number < files.size(); number++) {
            assertThat(read(files.get(number))).isEqualTo(number);
            assertThat(openFiles.count()).isLessThanOrEqualTo(LIMIT);
        }

        for (var file : files) {
            file.close();
        }
        assertThat(openFiles.count()).isZero();
        assertThatThrownBy(() -> read(files.get(0))).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsUnforcedStaysOpenUntilItIsForced() throws Exception {
        var unforced = new ArrayList<LocalFile>();
        for (var number = 0; number < 2 * LIMIT; number++) {
            var file = file(number);
            file.write(bytes(number), 0);
            unforced.add(file);
        }
        assertThat(openFiles.count()).isEqualTo(2 * LIMIT);

        for (var file : unforced) {
            file.force();
        }
        for (var number = 100; number < 104; number++) {
            file(number).size();
        }

        assertThat(openFiles.count()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    void fileThatIsGoneIsNotMadeAnewAndAnotherInItsPlaceIsNotTakenForIt() throws Exception {
        var gone = file(0);
        var replaced = file(1);
        for (var number = 2; number < 4 * LIMIT; number++) {
            file(number).size();
        }
        Files.delete(gone.path());
        Files.write(directory.resolve("other"), new byte[4]);
        Files.move(directory.resolve("other"), replaced.path(), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> read(gone)).isInstanceOf(IOException.class);
        assertThat(gone.path()).doesNotExist();
        assertThatThrownBy(() -> read(replaced)).hasMessageContaining("Another file");
    }

    @Test
    void threadsThatShareFilesNeverSeeOneClosed() throws Exception {
        var files = new ArrayList<LocalFile>();
        for (var number = 0; number < 4 * LIMIT; number++) {
            var file = file(number);
            file.write(bytes(number), 0);
            file.force();
            files.add(file);
        }
        var threads = Executors.newFixedThreadPool(4);
        var running = new ArrayList<Future<?>>();
        for (var thread = 0; thread < 4; thread++) {
            var random = new Random(thread);
            running.add(threads.submit(() -> {
                for (var i = 0; i < 5_000; i++) {
                    var number = random.nextInt(files.size());
                    assertThat(read(files.get(number))).isEqualTo(number);
                }
                return null;
            }));
        }
        for (var each : running) {
            each.get();
        }
        threads.shutdown();
        assertThat(openFiles.count()).isLessThanOrEqualTo(LIMIT + 4);
    }

    private static ByteBuffer bytes(int number) {
        return ByteBuffer.allocate(4).putInt(0, number);
    }

    private static int read(LocalFile file) throws IOException {
        var bytes = ByteBuffer.allocate(4);
        assertThat(file.read(bytes, 0)).isEqualTo(4);
        return bytes.getInt(0);
    }
}
