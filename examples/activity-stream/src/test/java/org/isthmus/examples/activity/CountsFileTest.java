package org.isthmus.examples.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountsFileTest {
    @TempDir
    Path directory;

    @Test
    void countsGoOnWhereTheyWere() throws Exception {
        var file = directory.resolve("state/counts.properties");
        var before = new CountsFile(file);
        before.count("ferry", 0, 0);
        before.count("ferry", 0, 1);
        before.count("tides", 3, 0);

        var after = new CountsFile(file);
        after.count("ferry", 0, 2);

        assertThat(after.views()).containsEntry("ferry", 3L).containsEntry("tides", 1L);
        assertThat(after.next()).containsEntry(0, 3L).containsEntry(3, 1L);
    }

    @Test
    void aRecordThatComesAgainIsCountedOnce() throws Exception {
        var file = directory.resolve("counts.properties");
        new CountsFile(file).count("ferry", 2, 7);

        var after = new CountsFile(file);

        assertThat(after.count("ferry", 2, 7)).isFalse();
        assertThat(after.views()).containsEntry("ferry", 1L);
    }
}
