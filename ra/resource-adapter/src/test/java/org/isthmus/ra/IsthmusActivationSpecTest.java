package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.resource.spi.InvalidPropertyException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.isthmus.jms.IntakeOptions;
import org.isthmus.jms.IsthmusQueue;
import org.isthmus.jms.StartFrom;
import org.isthmus.ra.inbound.Subscription.Batch;
import org.isthmus.ra.inbound.Subscription.Ordering;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

class IsthmusActivationSpecTest {
    private final IsthmusActivationSpec spec = new IsthmusActivationSpec();

    IsthmusActivationSpecTest() {
        spec.setDestination("orders");
        spec.setDestinationType("jakarta.jms.Topic");
    }

    @Test
    void theLeastThatABeanCanSayIsEnough() throws Exception {
        var subscription = spec.subscription();

        assertThat(subscription.destination().getName()).isEqualTo("orders");
        assertThat(subscription.options().subscription()).isNull();
        assertThat(subscription.maxSession()).isEqualTo(15);
        assertThat(subscription.options().maxDeliveries()).isEqualTo(10);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnceWithWhatIsRight() {
        spec.setDestination("");
        spec.setSubscriptionDurability("Durable");
        spec.setAcknowledgeMode("Client-acknowledge");
        spec.setMessageSelector("colour = ");
        spec.setOrdering("random");
        spec.setStartFrom("yesterday");
        spec.setMaxSession(0);
        spec.setRedeliveryMultiplier(0.5);
        spec.setDeadLetterDestination("no such name!");

        assertThatThrownBy(spec::validate)
                .isInstanceOfSatisfying(
                        InvalidPropertyException.class, e -> assertThat(e.getInvalidPropertyDescriptors())
                                .extracting(PropertyDescriptor::getName)
                                .containsExactlyInAnyOrder(
                                        "destinationLookup",
                                        "subscriptionName",
                                        "acknowledgeMode",
                                        "messageSelector",
                                        "ordering",
                                        "startFrom",
                                        "maxSession",
                                        "redeliveryMultiplier",
                                        "deadLetterDestination"))
                .hasMessageContainingAll(
                        "destinationLookup: give either",
                        "acknowledgeMode: \"Client-acknowledge\" is none of Auto-acknowledge, Dups-ok-acknowledge",
                        "ordering: \"random\" is none of none, key, partition",
                        "startFrom: yesterday is neither earliest, latest nor a time such as",
                        "maxSession: 0 is less than 1");
    }

    @Test
    void everythingOfAQueueReachesTheBroker() throws Exception {
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setMessageSelector("colour = 'green'");
        spec.setOrdering("key");
        spec.setStartFrom("2026-01-31T08:00:00Z");
        spec.setMaxDeliveries(3);
        spec.setRedeliveryDelay(200L);
        spec.setRedeliveryMultiplier(2.0);
        spec.setDeadLetterDestination("dead");

        var subscription = spec.subscription();

        assertThat(subscription.destination()).isEqualTo(new IsthmusQueue("orders"));
        assertThat(subscription.ordering()).isEqualTo(Ordering.KEY);
        assertThat(subscription.options())
                .isEqualTo(new IntakeOptions(
                        null,
                        "colour = 'green'",
                        3,
                        Duration.ofMillis(200),
                        2.0,
                        "dead",
                        new StartFrom(Instant.parse("2026-01-31T08:00:00Z")),
                        true));
        assertThat(subscription.options().delayAfter(3)).hasMillis(800);
    }

    @Test
    void aSharedSubscriptionDoesWithoutClientIdentifier() throws Exception {
        spec.setShareSubscriptions("true");
        spec.setSubscriptionDurability("Durable");
        assertThatThrownBy(spec::validate).hasMessageContaining("subscriptionName");

        spec.setSubscriptionName("billing");
        assertThat(spec.subscription().options().subscription())
                .isEqualTo(new IntakeOptions.Subscribed(null, "billing", true, true));
    }

    @Test
    void aQueueHasNoSubscriptions() {
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setSubscriptionDurability("Durable");

        assertThatThrownBy(spec::validate).hasMessageContaining("subscriptionDurability: a queue has no subscriptions");
    }

    @Test
    void aNameInNoDirectoryIsNamed() {
        spec.setDestination("");
        spec.setDestinationLookup("java:app/jms/missing");

        assertThatThrownBy(spec::subscription)
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("destinationLookup: java:app/jms/missing is not bound");
    }

    @Test
    void aBeanThatTakesListsSaysHowManyAndHowSoon() throws Exception {
        var batches = new IsthmusBatchActivationSpec();
        batches.setDestination("orders");
        batches.setDestinationType("jakarta.jms.Queue");
        batches.setMaxBatchSize(0);
        assertThatThrownBy(batches::validate).hasMessageContaining("maxBatchSize: 0 is not between 1 and 10000");

        batches.setMaxBatchSize(50);
        batches.setBatchTimeout(20L);
        assertThat(batches.subscription().batch()).isEqualTo(new Batch(50, Duration.ofMillis(20)));
    }

    /** Servers set what the deployment descriptor of the adapter declares. */
    @ParameterizedTest
    @CsvSource({"activationspec, 20", "adminobject, 1"})
    void everyPropertyThatTheArchiveDeclaresIsThere(String kind, int least) throws Exception {
        var declared = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("src/main/rar/META-INF/ra.xml").toFile())
                .getElementsByTagName(kind);
        assertThat(declared.getLength()).isPositive();
        for (int n = 0; n < declared.getLength(); n++) {
            var one = (Element) declared.item(n);
            var bean = Class.forName(text(one, kind + "-class"));
            var properties = one.getElementsByTagName("config-property");
            assertThat(properties.getLength()).isGreaterThan(least);
            for (int m = 0; m < properties.getLength(); m++) {
                var property = (Element) properties.item(m);
                var descriptor = new PropertyDescriptor(text(property, "config-property-name"), bean);
                assertThat(descriptor.getPropertyType().getName()).isEqualTo(text(property, "config-property-type"));
            }
        }
    }

    private static String text(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent();
    }

    @Test
    void aDurableSubscriptionIsSharedUnlessItHasAClientIdentifier() throws Exception {
        spec.setSubscriptionDurability("Durable");
        assertThatThrownBy(spec::validate).hasMessageContaining("subscriptionName");

        spec.setSubscriptionName("billing");
        assertThat(spec.subscription().options().subscription())
                .isEqualTo(new IntakeOptions.Subscribed(null, "billing", true, true));

        spec.setClientId("shop");
        assertThat(spec.subscription().options().subscription())
                .isEqualTo(new IntakeOptions.Subscribed("shop", "billing", true, false));
    }

    @Test
    void propertiesOfOtherAdaptersMeanWhatTheyMeant() throws Exception {
        spec.setMaxSessions("4");
        spec.setMaximumRedeliveries("6");
        spec.setInitialRedeliveryDelay("250");
        spec.setUseJNDI("true");

        try (var warnings = new Warnings(ConnectionAliases.class)) {
            var subscription = spec.subscription();

            assertThat(subscription.maxSession()).isEqualTo(4);
            assertThat(subscription.options().maxDeliveries()).isEqualTo(7);
            assertThat(subscription.options().redeliveryDelay()).hasMillis(250);
            assertThat(warnings.texts())
                    .containsExactly(
                            "Activation property maxSessions is called maxSession here",
                            "Activation property maximumRedeliveries is called maxDeliveries here",
                            "Activation property initialRedeliveryDelay is called redeliveryDelay here",
                            "Activation property useJNDI has no meaning here; ignored");
        }
    }

    /** Every name that those who come from elsewhere may have used is a property of beans, as servers look for them. */
    @Test
    void namesOfOtherAdaptersAreKnown() throws Exception {
        var known = Stream.of(
                        Introspector.getBeanInfo(IsthmusActivationSpec.class).getPropertyDescriptors())
                .map(property -> property.getName().toLowerCase(Locale.ROOT))
                .toList();

        assertThat(known)
                .contains(lowerCase("connectorClassName connectionParameters user password setupAttempts setupInterval"
                        + " singleConnection reconnectAttempts retryInterval callTimeout useLocalTx transactionTimeout"
                        + " shareSubscriptions useJNDI jndiParams rebalanceConnections ha"))
                .contains(lowerCase("serverUrl maxSessions maxMessagesPerSessions maximumRedeliveries"
                        + " initialRedeliveryDelay backOffMultiplier useExponentialBackOff useRAManagedTransaction"
                        + " enableBatch maxMessagesPerBatch noLocal trustStore trustStorePassword keyStore"
                        + " keyStorePassword brokerXmlConfig"))
                .contains(lowerCase("addressList connectionURL endpointPoolMaxSize endpointPoolSteadySize"
                        + " reconnectEnabled reconnectInterval addressListBehavior addressListIterations"
                        + " endpointExceptionRedeliveryAttempts endpointExceptionRedeliveryInterval"
                        + " sendUndeliverableMsgsToDMQ useSharedSubscriptionsInClusteredContainer brokerType brokerPort"
                        + " mqssl"))
                .contains(lowerCase("hostName port channel queueManager connectionNameList ccdtURL maxPoolDepth"
                        + " poolTimeout startTimeout maxConnections reconnectionRetryCount reconnectionRetryInterval"
                        + " startupRetryCount maxSequentialDeliveryFailures sparseSubscriptions subscriptionStore"
                        + " dynamicallyBalanced sslCipherSuite sslPeerName"))
                .contains(lowerCase("subscriptionType subscriptionMode numSessions bootstrapServersConfig groupIdConfig"
                        + " topics additionalProperties"))
                .contains(lowerCase("maxMessages minSession keepAlive reconnectInterval DLQMaxResent useDLQ"));
    }

    @Test
    void whatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> spec.setMaxPoolDepth("many"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxPoolDepth: \"many\" is no number");
    }

    private static String[] lowerCase(String names) {
        return names.toLowerCase(Locale.ROOT).split(" ");
    }
}
