package org.isthmus.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An index answers as a sorted map would, whatever of it is in memory. */
class SparseIndexTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("0.index");
    private static final int STEPS = 300;

    @Test
    void answersAsASortedMapDoes() {
        Seeds.each(50, seed -> {
            try {
                compare(new Random(seed));
            } catch (IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
        });
    }

    private static void compare(Random random) throws IOException {
        var disk = new SimDisk(new Random(random.nextLong()));
        disk.createDirectories(DIRECTORY);
        var index = new SparseIndex(disk, FILE);
        var truth = new TreeMap<Long, Integer>();
        long key = 0;
        int value = 0;
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    long most = random.nextLong(key + 2);
                    index.keepKeysUpTo(most);
                    truth.tailMap(most, false).clear();
                }
                case 1 -> {
                    int count = random.nextInt(truth.size() + 2);
                    index.keepFirst(count);
                    truth.keySet().removeIf(each -> truth.headMap(each).size() >= count);
                }
                case 2 -> {
                    index.flush();
                    index.close();
                    index = new SparseIndex(disk, FILE);
                }
                default -> {
                    for (int more = random.nextInt(40); more > 0; more--) {
                        key += 1 + random.nextInt(5);
                        value += 1 + random.nextInt(5);
                        index.add(key, value);
                        truth.put(key, value);
                    }
                }
            }
            assertThat(index.count()).isEqualTo(truth.size());
            for (int asked = 0; asked < 8; asked++) {
                long about = random.nextLong(key + 2);
                isEntry(index.floorKey(about), truth.floorEntry(about));
                int at = random.nextInt(value + 2);
                isEntry(index.floorValue(at), floorValue(truth, at));
            }
            isEntry(index.lastEntry(), truth.lastEntry());
        }
    }

    private static Map.@Nullable Entry<Long, Integer> floorValue(TreeMap<Long, Integer> truth, int value) {
        return truth.descendingMap().entrySet().stream()
                .filter(entry -> entry.getValue() <= value)
                .findFirst()
                .orElse(null);
    }

    private static void isEntry(SparseIndex.@Nullable Entry found, Map.@Nullable Entry<Long, Integer> expected) {
        if (expected == null) {
            assertThat(found).isNull();
        } else {
            assertThat(found).isEqualTo(new SparseIndex.Entry(expected.getKey(), expected.getValue()));
        }
    }
}
