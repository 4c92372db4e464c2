package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * From outside: the server (on WildFly the application) ends and comes back, and beans go on where they were, one that has a durable subscription
 * for itself and two that share one. One story in four steps, because the address of a server is known only to the step after the one that
 * started it.
 */
@ExtendWith(ArquillianExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServerRestartIT {
    private static final String APPLICATION = "ledger";

    @ArquillianResource
    private Deployer deployer;

    // Not managed: on Payara Micro a deployment is a server process, and this test starts and ends its own.
    @Deployment(name = APPLICATION, managed = false, testable = false)
    static WebArchive application() {
        return Application.war("ledger.war", LedgerBean.class, FirstSharingBean.class, SecondSharingBean.class)
                .addClasses(Ledger.class, LedgerServlet.class);
    }

    @Test
    @Order(1)
    void serverStarts() throws Exception {
        Files.createDirectories(Ledger.DIRECTORY);
        deployer.deploy(APPLICATION);
    }

    @Test
    @Order(2)
    @OperateOnDeployment(APPLICATION)
    void beansReceiveSomeAndRefuseSome(@ArquillianResource URL server) throws Exception {
        send(server, 1, 5);
        assertThat(call(server, "await=5")).isEqualTo("5");
        Ledger.refuse(true);
        send(server, 6, 8);
    }

    @Test
    @Order(3)
    void serverEndsAndStartsAgain() throws Exception {
        deployer.undeploy(APPLICATION);
        assertThat(Ledger.received(Ledger.OWN)).hasSize(5);
        assertThat(Ledger.received(Ledger.SHARED)).hasSize(5);
        Ledger.refuse(false);
        deployer.deploy(APPLICATION);
    }

    @Test
    @Order(4)
    @OperateOnDeployment(APPLICATION)
    void beansReceiveWhatTheyHadRefusedAndThenTheRest(@ArquillianResource URL server) throws Exception {
        send(server, 9, 10);
        assertThat(call(server, "await=10")).isEqualTo("10");
        deployer.undeploy(APPLICATION);

        var all = IntStream.rangeClosed(1, 10).mapToObj(n -> "message " + n).toList();
        assertThat(Ledger.received(Ledger.OWN)).containsExactlyElementsOf(all);
        assertThat(Ledger.received(Ledger.SHARED)).containsExactlyInAnyOrderElementsOf(all);
    }

    private static void send(URL server, int first, int last) throws Exception {
        for (int n = first; n <= last; n++) {
            assertThat(call(server, "send=" + n)).isEqualTo("sent");
        }
    }

    private static String call(URL server, String query) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(server + "ledger?" + query)).build();
        var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }
}
