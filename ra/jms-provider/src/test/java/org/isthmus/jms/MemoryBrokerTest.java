package org.isthmus.jms;

/** A broker of its own for every test, which can be made to fail and to wait. */
abstract class MemoryBrokerTest extends JmsTest {
    final MemoryBroker broker = new MemoryBroker();

    @Override
    BrokerLink.Dialer dialer() {
        return broker.dialer();
    }

    @Override
    void afterConnections() {
        broker.close();
    }
}
