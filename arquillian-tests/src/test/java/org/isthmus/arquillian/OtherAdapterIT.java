package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same classes, which know of Jakarta EE alone, on WildFly with this adapter and with the server's own (Artemis): the server says whose
 * factory and beans are the default, a descriptor what a queue is.
 */
@Timeout(600)
class OtherAdapterIT {
    private static final String OURS = """
            <class-name>org.isthmus.jms.IsthmusQueue</class-name><resource-adapter>isthmus</resource-adapter>""";

    @Test
    void withIsthmus(@TempDir Path directory) throws Exception {
        try (var server = new WildFlyServer(directory)) {
            server.adapterByDefault();
            ordersAreRepliedTo(server, Application.war("neutral.war").setWebXML(queues(OURS)));
        }
    }

    @Test
    void withTheServersOwn(@TempDir Path directory) throws Exception {
        try (var server = new WildFlyServer(directory)) {
            var application = ShrinkWrap.create(WebArchive.class, "neutral.war")
                    .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
            ordersAreRepliedTo(server, application.setWebXML(queues("")));
        }
    }

    private static void ordersAreRepliedTo(OwnServer server, WebArchive application) throws Exception {
        server.application(application.addClasses(NeutralBean.class, NeutralServlet.class));
        server.start("neutral/orders");
        assertThat(server.get("neutral/orders?order=tea")).isEqualTo("tea at delivery 1, then null");
        assertThat(server.get("neutral/orders?order=milk&refuse=yes")).isEqualTo("milk at delivery 2, then null");
    }

    private static StringAsset queues(String whose) {
        return new StringAsset("""
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                %s%s</web-app>
                """.formatted(queue("orders", whose), queue("replies", whose)));
    }

    private static String queue(String name, String whose) {
        return """
                  <jms-destination>
                    <name>java:global/neutral/%1$s</name><interface-name>jakarta.jms.Queue</interface-name>%2$s
                    <destination-name>%1$s</destination-name>
                    <property><name>physicalName</name><value>%1$s</value></property>
                  </jms-destination>
                """.formatted(name, whose);
    }
}
