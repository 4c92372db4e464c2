package org.isthmus.broker.sim;

import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.broker.runtime.EventLoop;

/**
 * What lies between the machines: a message takes a while, overtakes others, comes twice or not at all, and the way from one machine to another
 * can be parted, each direction by itself. Clients are machines too.
 */
public final class SimNetwork {
    private final Random random;
    private final EventLoop air;
    private final Set<String> parted = new TreeSet<>();
    private Duration mostDelay = Duration.ofMillis(20);
    private double lossRate;
    private double duplicateRate;

    public SimNetwork(Random random, SimLoop loops) {
        this.random = random;
        this.air = loops.newLoop();
    }

    public void part(int from, int to) {
        parted.add(from + ">" + to);
    }

    public boolean isParted(int from, int to) {
        return parted.contains(from + ">" + to);
    }

    /** How likely a message is lost, or comes twice, and how late it may be. */
    public void disturb(double loss, double duplicates, Duration delay) {
        lossRate = loss;
        duplicateRate = duplicates;
        mostDelay = delay;
    }

    /** All ways are open, and nothing is lost that is sent from now on. */
    public void heal() {
        parted.clear();
        disturb(0, 0, Duration.ofMillis(20));
    }

    /** @param arrive run once or twice, or never, where it is received */
    public void send(int from, int to, EventLoop receiver, Runnable arrive) {
        var copies = random.nextDouble() < lossRate ? 0 : random.nextDouble() < duplicateRate ? 2 : 1;
        for (var i = 0; i < copies; i++) {
            if (!isParted(from, to)) {
                air.schedule(delay(), () -> {
                    if (!isParted(from, to)) {
                        receiver.execute(arrive);
                    }
                });
            }
        }
    }

    /** Mostly short. */
    private Duration delay() {
        var share = random.nextInt(10) == 0 ? random.nextDouble() : random.nextDouble() / 10;
        return Duration.ofNanos((long) (share * mostDelay.toNanos()));
    }
}
