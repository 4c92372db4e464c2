package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Session;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;

/** Connections and sessions: their rules and their end (§6). */
class ConnectionTest extends MemoryBrokerTest {
    private final IsthmusTopic topic = topic("t");

    @Test
    void clientIdentifierIsSetBeforeAnythingElse_6_1_2() throws JMSException {
        var connection = connect();
        connection.setClientID("me");
        assertThat(connection.getClientID()).isEqualTo("me");
        assertThatThrownBy(() -> connection.setClientID("you")).isInstanceOf(IllegalStateException.class);

        var used = connect();
        used.start();
        assertThatThrownBy(() -> used.setClientID("x")).isInstanceOf(IllegalStateException.class);

        var administered = connect("set");
        assertThatThrownBy(() -> administered.setClientID("x")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void clientIdentifierBelongsToOneConnection_6_1_2() throws JMSException {
        var first = connect("me");
        var second = connect();
        assertThatThrownBy(() -> second.setClientID("me")).isInstanceOf(InvalidClientIDException.class);
        assertThatThrownBy(() -> connect("me")).isInstanceOf(InvalidClientIDException.class);
        first.close();
        second.setClientID("me");
    }

    @Test
    void closedObjectsRefuseAllButClose_6_1_8() throws JMSException {
        var connection = started();
        var session = connection.createSession();
        var producer = session.createProducer(topic);
        var consumer = session.createConsumer(topic);
        producer.send(session.createTextMessage("m"));
        var message = consumer.receive(SOON);
        connection.close();
        connection.close();
        session.close();
        producer.close();
        consumer.close();

        List<JmsErrors.Action> calls = List.of(
                connection::start,
                connection::stop,
                connection::createSession,
                connection::getMetaData,
                connection::getClientID,
                connection::getExceptionListener,
                session::createMessage,
                session::getTransacted,
                session::getAcknowledgeMode,
                session::recover,
                session::commit,
                () -> session.createTopic("x"),
                () -> session.createConsumer(topic),
                () -> producer.send(session.createMessage()),
                producer::getPriority,
                producer::getDestination,
                consumer::receive,
                consumer::receiveNoWait,
                consumer::getMessageListener,
                consumer::getMessageSelector,
                message::acknowledge);
        for (var call : calls) {
            assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
        }
        assertThat(message.getBody(String.class)).isEqualTo("m"); // a message outlives its session
    }

    @Test
    void olderDomainsRefuseEachOthersCalls() throws JMSException {
        var queues = connect(Domain.QUEUE, "q").createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        List<JmsErrors.Action> ofTopics = List.of(
                () -> queues.createTopic("x"),
                () -> queues.createDurableSubscriber(topic, "s"),
                () -> queues.createDurableConsumer(topic, "s"),
                () -> queues.createSharedConsumer(topic, "s"),
                () -> queues.createSharedDurableConsumer(topic, "s"),
                () -> queues.unsubscribe("s"),
                queues::createTemporaryTopic);
        for (var call : ofTopics) {
            assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
        }
        var topics = connect(Domain.TOPIC, "t").createTopicSession(false, Session.AUTO_ACKNOWLEDGE);
        List<JmsErrors.Action> ofQueues = List.of(
                () -> topics.createQueue("x"),
                () -> topics.createBrowser(new IsthmusQueue("x")),
                topics::createTemporaryQueue);
        for (var call : ofQueues) {
            assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void producerInsistsOnItsDestination_7_1() throws JMSException {
        var session = session();
        var bound = session.createProducer(topic);
        var free = session.createProducer(null);
        var message = session.createMessage();
        assertThatThrownBy(() -> bound.send(topic, message)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> free.send(message)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> free.send(null, message)).isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> bound.send(null)).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> bound.send(message, 3, 4, 0)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> bound.send(message, 2, 10, 0)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> bound.setDeliveryMode(0)).isInstanceOf(JMSException.class);
        free.send(topic, message);
    }

    @Test
    void destinationNamesAreTopicNames() throws JMSException {
        var session = session();
        for (var name : List.of("", "a/b", "..", "a b", "x".repeat(250))) {
            assertThatThrownBy(() -> session.createTopic(name)).isInstanceOf(InvalidDestinationException.class);
        }
        assertThatThrownBy(() -> session.createConsumer(null)).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void consumerWithAListenerCannotReceive_6_2_5() throws JMSException {
        var consumer = session().createConsumer(topic);
        consumer.setMessageListener(message -> {});
        assertThatThrownBy(consumer::receive).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(consumer::receiveNoWait).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void untransactedSessionHasNothingToCommit() throws JMSException {
        var session = session();
        assertThat(session.getTransacted()).isFalse();
        assertThatThrownBy(session::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::rollback).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void metaDataNamesTheVersionAndTheProperties() throws JMSException {
        var metaData = connect().getMetaData();
        assertThat(metaData.getJMSVersion()).isEqualTo("3.1");
        assertThat(Collections.list(metaData.getJMSXPropertyNames()).toString()).contains("JMSXGroupID");
    }

    @Test
    void bootstrapServersAreHostsAndPorts() throws JMSException {
        assertThat(Dialers.endpoints("a:1, b,[::1]:3", false))
                .containsExactly(new Endpoint.Tcp("a", 1), new Endpoint.Tcp("b", 9092), new Endpoint.Tcp("::1", 3));
        for (var wrong : List.of("a:x", ":1", "a:0", "a:70000")) {
            assertThatThrownBy(() -> Dialers.endpoints(wrong, false)).isInstanceOf(JMSException.class);
        }
    }

    @Test
    void administeredObjectsComeBackFromTheirReferences() throws Exception {
        var factory = new IsthmusConnectionFactory("a:1");
        factory.setClientID("c");
        factory.setRecordsAsText(true);
        var objects = new IsthmusObjectFactory();
        var again = (IsthmusConnectionFactory) objects.getObjectInstance(factory.getReference(), null, null, null);
        assertThat(again.getBootstrapServers()).isEqualTo("a:1");
        assertThat(again.getClientID()).isEqualTo("c");
        assertThat(again.isRecordsAsText()).isTrue();
        assertThat(objects.getObjectInstance(topic.getReference(), null, null, null))
                .isEqualTo(topic);
        assertThat(objects.getObjectInstance(new IsthmusQueue("q").getReference(), null, null, null))
                .isEqualTo(new IsthmusQueue("q"))
                .isNotEqualTo(new IsthmusTopic("q"));
    }

    @Test
    void everyPropertyOfAFactoryComesBackFromItsReference() throws Exception {
        var factory = new IsthmusConnectionFactory();
        for (var property : properties()) {
            property.getWriteMethod().invoke(factory, anotherValue(property));
        }
        factory.setStartFrom("earliest");
        var again = new IsthmusObjectFactory().getObjectInstance(factory.getReference(), null, null, null);
        for (var property : properties()) {
            var kept = property.getReadMethod().invoke(factory);
            assertThat(property.getReadMethod().invoke(again))
                    .as(property.getName())
                    .isEqualTo(property.getName().toLowerCase(Locale.ROOT).endsWith("password") ? "" : kept);
        }
    }

    private static Object anotherValue(PropertyDescriptor property) {
        return switch (property.getPropertyType().getName()) {
            case "boolean" -> true;
            case "int" -> 7;
            case "long" -> 7L;
            case "double" -> 7.5;
            default -> property.getName();
        };
    }

    private static List<PropertyDescriptor> properties() throws Exception {
        return Arrays.stream(
                        Introspector.getBeanInfo(IsthmusConnectionFactory.class).getPropertyDescriptors())
                .filter(property -> property.getReadMethod() != null && property.getWriteMethod() != null)
                .toList();
    }
}
