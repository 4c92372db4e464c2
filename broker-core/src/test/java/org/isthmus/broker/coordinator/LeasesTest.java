package org.isthmus.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.isthmus.broker.common.BrokerException;
import org.junit.jupiter.api.Test;

/** Names that connections hold. */
class LeasesTest {
    private final Leases leases = new Leases();
    private final Object connection = new Object();

    private Leases.Claim claim(String holder, String terms, boolean shared, Object bond) {
        return new Leases.Claim("name", holder, terms, shared, bond);
    }

    private void refuses(Leases.Claim claim) {
        assertThatThrownBy(() -> leases.take(claim)).isInstanceOf(BrokerException.class);
    }

    @Test
    void nameHasOneHolderUntilItIsGivenUp() {
        leases.take(claim("one", "", false, connection));
        leases.take(claim("one", "", false, connection));
        refuses(claim("two", "", false, connection));
        leases.give("name", "one");
        leases.take(claim("two", "", false, connection));
    }

    @Test
    void nameIsSharedUnderEqualTerms() {
        leases.take(claim("one", "a", true, connection));
        leases.take(claim("two", "a", true, connection));
        refuses(claim("three", "b", true, connection));
        refuses(claim("three", "a", false, connection));
        leases.give("name", "one");
        refuses(claim("three", "b", true, connection));
        leases.give("name", "two");
        leases.take(claim("three", "b", true, connection));
    }

    @Test
    void nameThatWasRenewedByAnotherConnectionOutlivesTheFirst() {
        var first = claim("one", "", false, connection);
        leases.take(first);
        var second = claim("one", "", false, new Object());
        leases.take(second);
        leases.lapse(first);
        refuses(claim("two", "", false, connection));
        leases.lapse(second);
        leases.take(claim("two", "", false, connection));
    }
}
