package org.isthmus.ra.inbound;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The beans of one activation that are at work, and the lanes that they have, whichever delivery handed out to them: where one is lost, its beans work on
 * for a while beside those of the next. Safe for use by many threads; holds no lock while it calls.
 */
final class Crew {
    private final Runnable successor;
    private final Set<Object> busy = ConcurrentHashMap.newKeySet();
    private int atWork;

    /** @param successor has the delivery of this time look for what it may begin with */
    Crew(Runnable successor) {
        this.successor = successor;
    }

    boolean isBusy(Object lane) {
        return busy.contains(lane);
    }

    void occupy(Object lane) {
        busy.add(lane);
    }

    void vacate(Object lane) {
        busy.remove(lane);
    }

    synchronized int atWork() {
        return atWork;
    }

    synchronized void begins() {
        atWork++;
    }

    synchronized void ended() {
        atWork--;
        notifyAll();
    }

    /** A bean of a delivery that has stopped has left its place or its lane. */
    void passOn() {
        successor.run();
    }

    /** Waits until none is at work, but no longer than to this time; answers whether none is. */
    synchronized boolean awaitNone(long endNanos) throws InterruptedException {
        while (atWork > 0) {
            long left = endNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
