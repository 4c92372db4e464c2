package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSContext;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanException;
import javax.management.ObjectName;
import org.isthmus.ra.BrokerOverviewMXBean.Consumption;
import org.isthmus.ra.BrokerOverviewMXBean.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What administrators see of topics and of those who consume them, by the JVM's own management. */
@Timeout(60)
class BrokerOverviewTest {
    private final FakeServer threads = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        adapter.setDataDirectory(directory.toString());
        adapter.start(threads);
    }

    @AfterEach
    void stop() {
        adapter.stop();
        threads.close();
    }

    @Test
    void topicsWithTheirRecordsAndWhatASubscriptionHasLeft() throws Exception {
        try (var context = adapter.connectionFactory().createContext(JMSContext.CLIENT_ACKNOWLEDGE)) {
            context.setClientID("desk");
            var orders = context.createTopic("orders");
            var audit = context.createDurableConsumer(orders, "audit");
            for (int n = 0; n < 3; n++) {
                context.createProducer().send(orders, "order " + n);
            }
            audit.receive(10_000).acknowledge();

            assertThat(overview().getTopics()).contains(new Topic("orders", false, 1, 3));
            assertThat(overview().getConsumption()).singleElement().satisfies(found -> {
                assertThat(found.group()).isEqualTo("jms/desk/audit");
                assertThat(found.topic()).isEqualTo("orders");
                assertThat(found.lag()).isEqualTo(2);
            });
        }
    }

    @Test
    void nobodyConsumesWhereThereIsNothing() throws Exception {
        assertThat(overview().getConsumption()).extracting(Consumption::group).isEmpty();
    }

    @Test
    void aBrokerOutOfReachIsSaidToBe() throws Exception {
        try (var nowhere = new BrokerOverview(
                PropertyText.addresses("bootstrapServers", "127.0.0.1:1", false), Duration.ofMillis(300), null, null)) {
            assertThatThrownBy(nowhere::getTopics).isInstanceOf(MBeanException.class);
        }
    }

    private BrokerOverviewMXBean overview() throws Exception {
        Set<ObjectName> names = ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName("org.isthmus:type=BrokerOverview,broker=" + ObjectName.quote(adapter.toString())
                                + ",*"),
                        null);
        return JMX.newMXBeanProxy(
                ManagementFactory.getPlatformMBeanServer(), names.iterator().next(), BrokerOverviewMXBean.class);
    }
}
