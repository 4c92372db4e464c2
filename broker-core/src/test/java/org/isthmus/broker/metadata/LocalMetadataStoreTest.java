package org.isthmus.broker.metadata;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.runtime.ThreadLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, kept in a file; and what becomes of a file that is not whole. */
class LocalMetadataStoreTest extends MetadataStoreContract {
    private final ThreadLoop loop = EventLoop.start("metadata-test");

    @TempDir
    Path directory;

    @Override
    protected MetadataStore open() throws IOException {
        return LocalMetadataStore.open(
                directory.resolve("metadata"), new BrokerId(0), FileStore.local(), IdSource.random(), loop);
    }

    @AfterEach
    void endLoop() {
        loop.close();
    }

    @Test
    void damagedFileIsRefusedByName() throws Exception {
        var file = directory.resolve("metadata");
        Files.writeString(file, Files.readString(file).replace("next-producer-id 0", "next-producer-id 1"));

        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining(file.toString());
    }
}
