package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.annotation.Resource;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSContext;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: as many beans as may be are at work at once on one queue, and yet what is to be one after another is. */
@ExtendWith(ArquillianExtension.class)
class OrderingIT {
    private static final int ALL = Tasks.GROUPS * Tasks.OF_EACH;

    @Resource(lookup = "java:app/jms/factory")
    private ConnectionFactory factory;

    @Deployment
    static WebArchive application() {
        return Application.war("tasks.war", FreeTaskBean.class, GroupTaskBean.class, PartitionTaskBean.class)
                .addClasses(Tasks.class, TaskDefinitions.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @Test
    void sixteenBeansWorkAtOnceAndDoEachTaskOnce() {
        send(context -> context.createQueue("free-tasks"));

        assertThat(Tasks.FREE.all()).hasSize(ALL);
        assertThat(Tasks.FREE.all().values())
                .allSatisfy(times -> assertThat(times).hasSize(1));
    }

    @Test
    void sixteenBeansWorkAtOnceAndEachGroupInItsOrder() {
        send(context -> context.createQueue("tasks-by-group"));

        var inOrder = LongStream.range(0, Tasks.OF_EACH).boxed().toList();
        assertThat(Tasks.BY_GROUP.all()).hasSize(Tasks.GROUPS);
        assertThat(Tasks.BY_GROUP.all().values())
                .allSatisfy(numbers -> assertThat(numbers).containsExactlyElementsOf(inOrder));
    }

    @Test
    void eachPartitionIsWorkedOnInItsOrder() {
        send(context -> context.createTopic("tasks-by-partition"));

        assertThat(Tasks.BY_PARTITION.all()).hasSize(3);
        assertThat(Tasks.BY_PARTITION.all().values())
                .allSatisfy(offsets -> assertThat(offsets).isSorted().doesNotHaveDuplicates());
        assertThat(Tasks.BY_PARTITION.all().values().stream()
                        .mapToInt(List::size)
                        .sum())
                .isEqualTo(ALL);
    }

    private void send(Function<JMSContext, Destination> where) {
        try (var context = factory.createContext()) {
            var tasks = where.apply(context);
            var producer = context.createProducer();
            for (int number = 0; number < Tasks.OF_EACH; number++) {
                for (int group = 0; group < Tasks.GROUPS; group++) {
                    producer.setProperty("JMSXGroupID", "group " + group)
                            .setProperty("number", number)
                            .send(tasks, "task");
                }
            }
        }
    }
}
