package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is who, where the broker asks. */
class AuthenticationSpecTest {
    private EmbeddedBroker broker;
    private IsthmusConnectionFactory factory;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        var users = Files.writeString(data.resolve("users"), "j2ee:secret");
        broker = EmbeddedBroker.acquire(
                new BrokerConfig(data.resolve("log"), List.of(), Map.of("isthmus.users", users.toString())));
        factory = new IsthmusConnectionFactory();
        factory.setDataDirectory(data.resolve("log").toString());
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void eachWayToConnectTakesAUserAndRefusesAWrongPassword_6_1_1() throws JMSException {
        factory.createConnection("j2ee", "secret").close();
        factory.createQueueConnection("j2ee", "secret").close();
        factory.createTopicConnection("j2ee", "secret").close();
        factory.createXAConnection("j2ee", "secret").close();
        try (var context = factory.createContext("j2ee", "secret", JMSContext.CLIENT_ACKNOWLEDGE)) {
            context.createProducer().send(context.createQueue("q"), "let in");
            assertThat(context.createConsumer(context.createQueue("q")).receiveBody(String.class))
                    .isEqualTo("let in");
        }

        SpecTest.refused(
                JMSSecurityException.class,
                () -> factory.createConnection("invalid", "invalid"),
                () -> factory.createQueueConnection("j2ee", "invalid"),
                () -> factory.createTopicConnection("j2ee", null),
                () -> factory.createXAConnection("invalid", "secret"));
        SpecTest.refused(
                JMSSecurityRuntimeException.class,
                () -> factory.createContext("invalid", "invalid"),
                () -> factory.createContext("j2ee", "invalid", JMSContext.SESSION_TRANSACTED),
                () -> factory.createXAContext("invalid", "invalid"));
    }

    @Test
    void whoNamesNobodyIsTheFactorysUser_6_1_1() throws JMSException {
        try (var connection = factory.createConnection();
                var session = connection.createSession()) {
            var queue = session.createQueue("q");
            SpecTest.refused(JMSSecurityException.class, () -> session.createConsumer(queue));
        }

        factory.setUser("j2ee");
        factory.setPassword("secret");
        factory.createConnection().close();
        factory.createContext(JMSContext.DUPS_OK_ACKNOWLEDGE).close();

        factory.setPassword("forgotten");
        SpecTest.refused(JMSSecurityException.class, () -> factory.createConnection());
    }
}
