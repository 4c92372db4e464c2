package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.Resource;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import jakarta.jms.TopicConnectionFactory;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: what Jakarta Messaging demands of factories that are defined and of beans that say no more than the standard has. */
@ExtendWith(ArquillianExtension.class)
class ContainerRulesIT {
    @Resource(lookup = "java:app/jms/named")
    private TopicConnectionFactory named;

    @Resource(lookup = "java:app/jms/queues")
    private QueueConnectionFactory queues;

    @Resource(lookup = "java:app/jms/notices")
    private Topic notices;

    @Resource(lookup = "java:app/jms/history")
    private Topic history;

    @Deployment
    static WebArchive application() {
        return Application.war("notices.war", NoticeBean.class)
                .addClasses(Postbox.class, Postbox.Received.class, NamedDefinitions.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @BeforeEach
    void nothingFromBefore() {
        Postbox.received.clear();
    }

    @Test
    void definedClientIdentifierIsThereForOneAfterAnother() {
        for (int n = 0; n < 3; n++) {
            try (var context = named.createContext("j2ee", "j2ee")) {
                assertThat(context.getClientID()).isEqualTo("MyClientID");
                context.createDurableConsumer(notices, "of-an-application").close();
                context.unsubscribe("of-an-application");
            }
        }
    }

    @Test
    void topicSaysWhereWhoConsumesItBegins() {
        try (var context = named.createContext("j2ee", "j2ee")) {
            context.createProducer().send(history, "before");
            assertThat(context.createConsumer(history).receiveBody(String.class, 20_000))
                    .isEqualTo("before");
        }
    }

    @Test
    void beanWithoutAClientIdentifierHasItsDurableSubscription() throws Exception {
        Postbox.Received received = null;
        // The subscription begins with what comes after it was made, for which no server waits when it deploys the
        // bean.
        for (int n = 0; n < 30 && received == null; n++) {
            try (var context = named.createContext("j2ee", "j2ee")) {
                context.createProducer().setProperty("number", 5).send(notices, "selected out");
                context.createProducer().setProperty("number", 0).send(notices, "for the bean");
            }
            received = Postbox.received.poll(1, TimeUnit.SECONDS);
        }

        assertThat(received).isNotNull().extracting(Postbox.Received::text).isEqualTo("for the bean");
    }

    @Test
    void queueSessionRefusesWhatIsForTopics() throws Exception {
        try (var connection = queues.createQueueConnection();
                var session = connection.createQueueSession(false, Session.AUTO_ACKNOWLEDGE)) {
            assertThatThrownBy(() -> session.createSharedConsumer(notices, "s"))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.createDurableConsumer(notices, "s"))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> queues.createContext(-1)).isInstanceOf(JMSRuntimeException.class);
    }

    @Test
    void bodyOfAnotherTypeIsNotLost() {
        try (var context = queues.createContext()) {
            var queue = context.createTemporaryQueue();
            context.createProducer().send(queue, "text");
            var consumer = context.createConsumer(queue);
            assertThatThrownBy(() -> consumer.receiveBody(Boolean.class, 30_000))
                    .isInstanceOf(MessageFormatRuntimeException.class);
            assertThat(consumer.receiveBody(String.class, 30_000)).isEqualTo("text");
        }
    }
}
