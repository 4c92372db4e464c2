package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.annotation.Resource;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: sixteen beans are at work at once on one queue, and yet each group's messages come one after another. */
@ExtendWith(ArquillianExtension.class)
class OrderingIT {
    @Resource(lookup = "java:app/jms/factory")
    private ConnectionFactory factory;

    @Resource(lookup = "java:app/jms/tasks")
    private Queue tasks;

    @Deployment
    static WebArchive application() {
        return Application.war("tasks.war", TaskBean.class)
                .addClasses(Tasks.class, TaskDefinitions.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @Test
    void sixteenBeansWorkAtOnceAndEachGroupInItsOrder() throws Exception {
        try (var context = factory.createContext()) {
            var producer = context.createProducer();
            for (int number = 0; number < Tasks.OF_EACH; number++) {
                for (int group = 0; group < Tasks.GROUPS; group++) {
                    producer.setProperty("JMSXGroupID", "group " + group)
                            .setProperty("number", number)
                            .send(tasks, "task");
                }
            }
        }

        var done = Tasks.all();

        assertThat(done).hasSize(Tasks.GROUPS);
        var inOrder = IntStream.range(0, Tasks.OF_EACH).boxed().toList();
        assertThat(done.values()).allSatisfy(numbers -> assertThat(numbers).containsExactlyElementsOf(inOrder));
    }
}
