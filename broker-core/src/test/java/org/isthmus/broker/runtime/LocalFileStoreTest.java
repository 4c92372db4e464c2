package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileStoreTest {
    private final FileStore files = FileStore.local();

    @TempDir
    Path directory;

    @Test
    void anInterruptedReaderReadsAndLeavesTheFileOpenForOthers() throws Exception {
        try (var file = files.open(directory.resolve("log"))) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            Thread.currentThread().interrupt();
            assertThat(file.read(ByteBuffer.allocate(3), 0)).isEqualTo(3);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.size()).isEqualTo(3);
        }
    }

    @Test
    void failuresNameThePath() throws Exception {
        var file = files.open(directory.resolve("log"));
        file.close();
        assertThatThrownBy(file::size).isInstanceOf(IOException.class).hasMessageContaining("log");
        assertThatThrownBy(() -> files.open(directory.resolve("absent/log"))).hasMessageContaining("absent");
        assertThat(files.list(directory.resolve("absent"))).isEmpty();
        files.delete(directory.resolve("absent"));
    }
}
