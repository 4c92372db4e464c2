package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.runtime.IdSource;
import org.junit.jupiter.api.Test;

class TransactionNamesTest {
    @Test
    void namesAreNeverTheSameAndFamiliesOfThemAreKeptByOneShard() {
        var names = new TransactionNames(IdSource.random());
        var all = new HashSet<String>();
        var shards = new HashMap<String, Integer>();
        for (var count = 0; count < 1000; count++) {
            var name = names.next();
            assertThat(all.add(name)).as(name).isTrue();
            var family = name.substring(0, name.lastIndexOf('-'));
            int shard = ShardedCoordinator.partitionOf(name, 50);
            assertThat(shards.merge(family, shard, (known, same) -> known)).isEqualTo(shard);
        }
        assertThat(shards).hasSizeBetween(2, 50);
    }
}
