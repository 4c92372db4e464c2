package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.Resource;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.IllegalStateException;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: what an injected factory sends, a bean receives. */
@ExtendWith(ArquillianExtension.class)
class InjectedFactoryIT {
    @Resource(lookup = "java:app/jms/factory")
    private ConnectionFactory factory;

    @Resource(lookup = "java:app/jms/greetings")
    private Topic greetings;

    @Deployment
    static WebArchive application() {
        return Application.war("greetings.war", GreetingBean.class)
                .addClasses(Postbox.class, Postbox.Received.class, Definitions.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @BeforeEach
    void nothingFromBefore() {
        Postbox.received.clear();
    }

    @Test
    void aBeanReceivesWhatAnInjectedFactorySends() throws Exception {
        try (var connection = factory.createConnection();
                var session = connection.createSession()) {
            var message = session.createTextMessage("Good morning");
            message.setStringProperty("colour", "green");
            session.createProducer(greetings).send(message);
        }

        var received = Postbox.take();

        assertThat(received).isNotNull();
        assertThat(received.text()).isEqualTo("Good morning");
        assertThat(received.colour()).isEqualTo("green");
        assertThat(received.partition()).isBetween(0, 2);
        assertThat(received.deliveryCount()).isEqualTo(1);
    }

    @Test
    void messagesOfOneGroupArriveInTheirOrderThroughTheSimplifiedApi() throws Exception {
        try (var context = factory.createContext()) {
            var producer = context.createProducer().setProperty("JMSXGroupID", "one");
            for (int n = 0; n < 200; n++) {
                producer.send(greetings, "greeting " + n);
            }
        }

        for (int n = 0; n < 200; n++) {
            assertThat(Postbox.take())
                    .isNotNull()
                    .extracting(Postbox.Received::text)
                    .isEqualTo("greeting " + n);
        }
    }

    @Test
    void aMessageWhoseBeanThrewComesAgain() throws Exception {
        sendRefused("throw");

        var received = Postbox.take();

        assertThat(received).isNotNull();
        assertThat(received.deliveryCount()).isEqualTo(2);
        assertThat(received.redelivered()).isTrue();
    }

    @Test
    void aMessageWhoseTransactionWasRolledBackComesAgain() throws Exception {
        sendRefused("rollback");

        var received = Postbox.take();

        assertThat(received).isNotNull();
        assertThat(received.deliveryCount()).isEqualTo(2);
    }

    private void sendRefused(String how) {
        try (var context = factory.createContext()) {
            context.createProducer().setProperty("refuse", how).send(greetings, "Take this");
        }
    }

    @Test
    void whatWouldDisturbThePoolIsRefused() throws Exception {
        try (var connection = factory.createConnection()) {
            assertThatThrownBy(() -> connection.setClientID("mine")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> connection.setExceptionListener(e -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(connection::stop).isInstanceOf(IllegalStateException.class);
            var session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            var consumer = session.createConsumer(greetings);
            assertThatThrownBy(() -> consumer.setMessageListener(message -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> connection.createSession()).isInstanceOf(IllegalStateException.class);
        }
    }
}
