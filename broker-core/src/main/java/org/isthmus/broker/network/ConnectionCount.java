package org.isthmus.broker.network;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many clients are connected, and from where. Safe for use by many threads. A client that is one too many is not let in. */
final class ConnectionCount {
    private int most;
    private int mostPerAddress;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int all;

    ConnectionCount(int most, int mostPerAddress) {
        this.most = most;
        this.mostPerAddress = mostPerAddress;
    }

    /** Who is in already stays in. */
    synchronized void limit(int all, int perAddress) {
        most = all;
        mostPerAddress = perAddress;
    }

    /** Returns whether there is room for one from there; who is let in must {@link #leave} some time. */
    synchronized boolean enter(InetAddress address) {
        var here = byAddress.getOrDefault(address, 0);
        if (all >= most || here >= mostPerAddress) {
            return false;
        }
        all++;
        byAddress.put(address, here + 1);
        return true;
    }

    synchronized void leave(InetAddress address) {
        all--;
        byAddress.computeIfPresent(address, (from, count) -> count == 1 ? null : count - 1);
    }
}
