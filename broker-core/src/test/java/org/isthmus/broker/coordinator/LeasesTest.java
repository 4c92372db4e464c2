package org.isthmus.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;

/** Names that connections hold. */
class LeasesTest {
    private final SimClock clock = new SimClock();
    private final Leases leases = new Leases(clock);
    private final Object connection = new Object();

    private Object reign = new Object();

    private Leases.Claim claim(String holder, String terms, boolean shared, Object bond) {
        return new Leases.Claim("name", holder, terms, shared, reign, bond);
    }

    private void refuses(Leases.Claim claim) {
        refuses(claim, ErrorCode.GROUP_MAX_SIZE_REACHED);
    }

    private void refuses(Leases.Claim claim, ErrorCode why) {
        assertThatThrownBy(() -> leases.take(claim))
                .isInstanceOfSatisfying(BrokerException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(why));
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
        clock.advance(Leases.GRACE);
        refuses(claim("two", "", false, connection));
    }

    @Test
    void nameWhoseConnectionEndedIsKeptForAMomentForWhoHadIt() {
        var first = claim("one", "", false, connection);
        leases.take(first);
        leases.lapse(first);
        clock.advance(Leases.GRACE.minusNanos(1));
        refuses(claim("two", "", false, new Object()), ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        leases.take(claim("one", "", false, new Object()));
        clock.advance(Leases.GRACE);
        refuses(claim("two", "", false, new Object()));
    }

    @Test
    void nameIsFreeWhenWhoHadItDoesNotComeBack() {
        var first = claim("one", "", false, connection);
        leases.take(first);
        clock.advance(Duration.ofHours(1));
        leases.lapse(first);
        clock.advance(Leases.GRACE);
        leases.take(claim("two", "", false, new Object()));
    }

    @Test
    void nameIsFreeAtOnceWhenItsHolderSaysSoAfterItsConnectionEnded() {
        var first = claim("one", "", false, connection);
        leases.take(first);
        leases.lapse(first);
        leases.give("name", "one");
        var second = claim("two", "", false, new Object());
        leases.take(second);
        clock.advance(Leases.GRACE);
        refuses(claim("three", "", false, new Object()));
    }

    @Test
    void whoEndsWhileAnotherSharesTheNameDoesNotHaveItForgotten() {
        var first = claim("one", "a", true, connection);
        leases.take(first);
        leases.take(claim("two", "a", true, new Object()));
        leases.lapse(first);
        leases.take(claim("three", "a", true, new Object()));
        refuses(claim("four", "b", true, new Object()));
        clock.advance(Leases.GRACE);
        refuses(claim("four", "b", true, new Object()));
    }

    @Test
    void reignBeginsWithoutTheHoldersOfAnEarlierOne() {
        var first = claim("one", "", false, connection);
        leases.take(first);
        reign = new Object();
        var second = claim("two", "", false, new Object());
        leases.take(second);
        leases.lapse(first);
        clock.advance(Leases.GRACE);
        refuses(claim("one", "", false, connection));
    }
}
