package org.isthmus.jms;

import org.junit.jupiter.api.AfterEach;

/** A broker of its own for every test, which can be made to fail and to wait. */
abstract class MemoryBrokerTest extends JmsTest {
    final MemoryBroker broker = new MemoryBroker();

    @Override
    BrokerLink.Dialer dialer() {
        return broker.dialer();
    }

    @AfterEach
    void closeBroker() {
        broker.close();
    }
}
