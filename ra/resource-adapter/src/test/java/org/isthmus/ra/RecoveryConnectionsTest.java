package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server's recovery that comes while the adapter stops. */
class RecoveryConnectionsTest {
    @Test
    void thatOfAnAdapterThatHasStoppedStartsNoBroker(@TempDir Path directory) {
        var adapter = new IsthmusResourceAdapter();
        adapter.setDataDirectory(directory.toString());
        var recovery = new RecoveryConnections(adapter);
        recovery.close();

        assertThatThrownBy(recovery::own).isInstanceOf(IllegalStateException.class);
    }
}
