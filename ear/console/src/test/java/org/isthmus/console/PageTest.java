package org.isthmus.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;

/** What the management tells, as a page. */
class PageTest {
    public interface BrokerOverviewMXBean {
        List<Topic> getTopics();
    }

    public record Topic(String name, int partitions) {
        public String getName() {
            return name;
        }

        public int getPartitions() {
            return partitions;
        }
    }

    public static final class Overview implements BrokerOverviewMXBean {
        @Override
        public List<Topic> getTopics() {
            return List.of(new Topic("<b>", 3));
        }
    }

    @Test
    void whatAnAdapterShowsIsRead() throws Exception {
        var broker = "Isthmus embedded in \"C:\\data, 1\"";
        for (var adapter : List.of("4", "5")) {
            var name = new ObjectName(
                    "org.isthmus:type=BrokerOverview,broker=" + ObjectName.quote(broker) + ",adapter=" + adapter);
            ManagementFactory.getPlatformMBeanServer().registerMBean(new Overview(), name);
        }
        assertThat(Adapter.all()).extracting(Adapter::broker).containsExactly(broker);

        assertThat(rows(Adapter.all().get(0).topics())).contains("<td>&lt;b&gt;</td><td class=\"number\">3</td>");
    }

    private static String rows(List<CompositeData> topics) {
        var page = new Page("Topics", "/console");
        page.table(List.of("Topic", "Partitions"), topics, List.of("name", "partitions"));
        return page.finished();
    }

    @Test
    void namesCannotBecomeMarkup() {
        assertThat(Page.escaped("<a href='x'>\"&\"</a>"))
                .isEqualTo("&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    }
}
