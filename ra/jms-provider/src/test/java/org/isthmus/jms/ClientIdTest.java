package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.JMSException;
import org.junit.jupiter.api.Test;

/** Client identifiers (§6.1.2): one connection has it, whichever way it reaches the broker. */
class ClientIdTest extends RealBrokerTest {
    private IsthmusConnectionFactory overTcp() {
        return new IsthmusConnectionFactory(bootstrapServers());
    }

    @Test
    void oneConnectionHasAClientIdentifierOverTcpAndInTheVm() throws JMSException {
        var id = own("c");
        var inVm = connect(id);
        try (var tcp = overTcp().createConnection()) {
            assertThatThrownBy(() -> tcp.setClientID(id)).isInstanceOf(InvalidClientIDException.class);
            tcp.setClientID(id + "2"); // a refusal leaves the connection as it was
            assertThat(tcp.getClientID()).isEqualTo(id + "2");
            assertThatThrownBy(() -> connect(id + "2")).isInstanceOf(InvalidClientIDException.class);
        }
        inVm.close();
        try (var tcp = overTcp().createConnection()) {
            tcp.setClientID(id);
        }
    }

    @Test
    void factoryWithAClientIdentifierMakesOneConnectionAtATime() throws JMSException {
        var factory = overTcp();
        factory.setClientID(own("c"));
        try (var first = factory.createConnection()) {
            assertThat(first.getClientID()).isEqualTo(own("c"));
            assertThatThrownBy(factory::createConnection).isInstanceOf(InvalidClientIDException.class);
            assertThatThrownBy(factory::createContext).isInstanceOf(InvalidClientIDRuntimeException.class);
            assertThatThrownBy(() -> first.setClientID("other")).isInstanceOf(IllegalStateException.class);
        }
        factory.createConnection().close();
    }

    @Test
    void identifierIsSetBeforeAnythingElseAndOnce() throws JMSException {
        var used = connect();
        used.createSession();
        assertThatThrownBy(() -> used.setClientID(own("c"))).isInstanceOf(IllegalStateException.class);
        var fresh = connect();
        assertThatThrownBy(() -> fresh.setClientID("")).isInstanceOf(InvalidClientIDException.class);
        assertThatThrownBy(() -> fresh.setClientID(null)).isInstanceOf(InvalidClientIDException.class);
        assertThat(fresh.getClientID()).isNull();
        fresh.setClientID(own("c"));
        assertThatThrownBy(() -> fresh.setClientID(own("d"))).isInstanceOf(IllegalStateException.class);
    }
}
