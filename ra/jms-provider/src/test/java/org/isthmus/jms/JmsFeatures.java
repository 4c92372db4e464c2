package org.isthmus.jms;

import java.util.Random;

/**
 * What the applications of a simulation use beside plain sending and receiving.
 *
 * @param partitions of what is consumed
 * @param selectors whether consumers want less than all
 * @param delays whether some sessions send for later
 * @param async whether some sends are told to listeners
 * @param nonPersistent whether some sessions send what may be lost
 * @param expiry whether some sessions send what is over soon
 * @param branches whether messages are moved in branches of a transaction manager too
 * @param requests whether others ask each other over temporary queues meanwhile
 * @param grows whether what is consumed gets partitions meanwhile
 */
record JmsFeatures(
        int partitions,
        boolean selectors,
        boolean delays,
        boolean async,
        boolean nonPersistent,
        boolean expiry,
        boolean branches,
        boolean requests,
        boolean grows) {
    static final JmsFeatures PLAIN = new JmsFeatures(1, false, false, false, false, false, false, false, false);

    static JmsFeatures some(Random random) {
        return new JmsFeatures(
                1 + random.nextInt(3),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0,
                random.nextInt(2) == 0,
                random.nextInt(4) == 0,
                random.nextInt(4) == 0,
                random.nextInt(2) == 0,
                random.nextInt(4) == 0,
                random.nextInt(4) == 0);
    }
}
