package org.isthmus.broker.sim;

/** The simulated machine died in the middle of what was running. Not an IOException: nothing in the code under test may live on. */
public final class SimCrash extends RuntimeException {
    private static final long serialVersionUID = 1;

    SimCrash() {
        super("the simulated machine is down", null, false, false);
    }
}
