package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Which names the server's management has for adapters of one broker. */
class ManagementTest {
    private static final String BROKER = "Isthmus at somewhere:9092";

    /** For a server's management to show. */
    public interface ShownMXBean {
        int getAnswer();
    }

    /** Shows nothing of interest. */
    public static final class Shown implements ShownMXBean {
        @Override
        public int getAnswer() {
            return 42;
        }
    }

    @Test
    void eachAdapterHasANumberAtItsBrokerAndGivesItBack() throws Exception {
        try (var first = show()) {
            assertThat(numbers()).containsExactly("1", "1");
            try (var second = show()) {
                assertThat(numbers()).containsExactly("1", "1", "2", "2");
                first.close();
                assertThat(numbers()).containsExactly("2", "2");
                try (var third = show()) {
                    assertThat(numbers()).containsExactly("1", "1", "2", "2");
                }
            }
        }
        assertThat(numbers()).isEmpty();
    }

    @Test
    void aNumberThatOnlyPartOfIsFreeIsLeftOut() throws Exception {
        var taken = new ObjectName("org.isthmus:type=Two,broker=" + ObjectName.quote(BROKER) + ",adapter=1");
        ManagementFactory.getPlatformMBeanServer().registerMBean(new Shown(), taken);
        try (var shown = show()) {
            assertThat(numbers()).containsExactly("1", "2", "2");
        } finally {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(taken);
        }
    }

    private static Management show() {
        return Management.show(BROKER, Map.of("One", new Shown(), "Two", new Shown()));
    }

    private static List<String> numbers() throws MalformedObjectNameException {
        return ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("org.isthmus:broker=" + ObjectName.quote(BROKER) + ",*"), null)
                .stream()
                .map(name -> name.getKeyProperty("adapter"))
                .sorted()
                .toList();
    }
}
