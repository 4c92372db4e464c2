package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.resource.spi.InvalidPropertyException;
import org.isthmus.ra.inbound.Subscription.Acknowledgement;
import org.junit.jupiter.api.Test;

class IsthmusActivationSpecTest {
    private final IsthmusActivationSpec spec = new IsthmusActivationSpec();

    IsthmusActivationSpecTest() {
        spec.setDestination("orders");
        spec.setDestinationType("jakarta.jms.Topic");
    }

    @Test
    void theLeastThatABeanCanSayIsEnough() throws Exception {
        var subscription = spec.subscription();

        assertThat(subscription.topic().getName()).isEqualTo("orders");
        assertThat(subscription.durableName()).isNull();
        assertThat(subscription.acknowledgement()).isEqualTo(Acknowledgement.EACH);
        assertThat(subscription.maxSession()).isEqualTo(15);
        assertThat(subscription.maxDeliveries()).isEqualTo(10);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        spec.setDestination("");
        spec.setSubscriptionDurability("Durable");
        spec.setAcknowledgeMode("Client-acknowledge");
        spec.setMaxSession(0);

        assertThatThrownBy(spec::validate)
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContainingAll("destination", "subscriptionName", "acknowledgeMode", "maxSession");
    }

    @Test
    void whatIsNotThereYetSaysSo() {
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setMessageSelector("a = 1");
        spec.setDeadLetterDestination("dead");

        assertThatThrownBy(spec::validate)
                .hasMessageContainingAll("share groups", "selectors are not there yet", "deadLetterDestination");
    }

    @Test
    void aDurableSubscriptionNeedsItsNames() {
        spec.setSubscriptionDurability("Durable");
        spec.setSubscriptionName("billing");
        assertThatThrownBy(spec::validate).hasMessageContaining("clientId");

        spec.setClientId("shop");
        assertThatCode(spec::validate).doesNotThrowAnyException();
    }

    @Test
    void propertiesOfOtherAdaptersMeanWhatTheyMeant() throws Exception {
        spec.setMaxSessions(4);
        spec.setMaximumRedeliveries(6);
        spec.setInitialRedeliveryDelay(250L);
        spec.setUseJNDI("true");

        var subscription = spec.subscription();

        assertThat(subscription.maxSession()).isEqualTo(4);
        assertThat(subscription.maxDeliveries()).isEqualTo(7);
        assertThat(subscription.redeliveryDelay()).hasMillis(250);
        assertThat(spec.renamedProperties()).containsEntry("maxSessions", "maxSession");
        assertThat(spec.ignoredProperties()).containsExactly("useJNDI");
    }
}
