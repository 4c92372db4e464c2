package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.ResourceAllocationRuntimeException;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.TransactionInProgressRuntimeException;
import jakarta.jms.TransactionRolledBackException;
import jakarta.jms.TransactionRolledBackRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Exceptions (§10): the types, and what they carry. */
class JmsErrorsTest {
    private static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of(new IllegalStateException("r", "c"), IllegalStateRuntimeException.class),
                Arguments.of(new InvalidClientIDException("r", "c"), InvalidClientIDRuntimeException.class),
                Arguments.of(new InvalidDestinationException("r", "c"), InvalidDestinationRuntimeException.class),
                Arguments.of(new InvalidSelectorException("r", "c"), InvalidSelectorRuntimeException.class),
                Arguments.of(new JMSSecurityException("r", "c"), JMSSecurityRuntimeException.class),
                Arguments.of(new MessageFormatException("r", "c"), MessageFormatRuntimeException.class),
                Arguments.of(new MessageNotWriteableException("r", "c"), MessageNotWriteableRuntimeException.class),
                Arguments.of(new ResourceAllocationException("r", "c"), ResourceAllocationRuntimeException.class),
                Arguments.of(new TransactionInProgressException("r", "c"), TransactionInProgressRuntimeException.class),
                Arguments.of(new TransactionRolledBackException("r", "c"), TransactionRolledBackRuntimeException.class),
                Arguments.of(new MessageEOFException("r", "c"), JMSRuntimeException.class),
                Arguments.of(new MessageNotReadableException("r", "c"), JMSRuntimeException.class),
                Arguments.of(new JMSException("r", "c"), JMSRuntimeException.class));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void checkedExceptionHasItsUncheckedTwin_10_2(JMSException checked, Class<? extends JMSRuntimeException> twin) {
        var unchecked = JmsErrors.unchecked(checked);
        assertThat(unchecked).isExactlyInstanceOf(twin).hasMessage("r").hasCause(checked);
        assertThat(unchecked.getErrorCode()).isEqualTo("c");
    }

    @Test
    void brokersErrorIsTheErrorCodeAndLinked_10_2() {
        var refused = new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "moved");
        var told = JmsErrors.failed("sending", new CompletionException(refused));
        assertThat(told.getErrorCode()).isEqualTo("NOT_LEADER_OR_FOLLOWER");
        assertThat(told.getLinkedException()).isSameAs(refused);
        assertThat(told).hasCause(refused);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void brokersErrorIsOfItsKind_10_3(ErrorCode code, Class<? extends JMSException> kind) {
        assertThat(JmsErrors.failed("sending", new BrokerException(code, "no")))
                .isExactlyInstanceOf(kind)
                .hasMessageContaining("sending");
    }

    private static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, InvalidDestinationException.class),
                Arguments.of(ErrorCode.INVALID_TOPIC_EXCEPTION, InvalidDestinationException.class),
                Arguments.of(ErrorCode.MESSAGE_TOO_LARGE, ResourceAllocationException.class),
                Arguments.of(ErrorCode.REQUEST_TIMED_OUT, JMSException.class));
    }
}
