package org.isthmus.broker.network;

/** Where a broker listens. */
public sealed interface Endpoint {
    /** What marks a name inside the JVM where the protocol has room for a host only. No host name may hold a colon. */
    String IN_VM_PREFIX = "in-vm:";

    /** The endpoint that a host and port on the wire stand for; the inverse of {@link #host} and {@link #port}. */
    static Endpoint of(String host, int port) {
        return host.startsWith(IN_VM_PREFIX) ? new InVm(host.substring(IN_VM_PREFIX.length())) : new Tcp(host, port);
    }

    /** The host as it goes on the wire. */
    String host();

    /** The port as it goes on the wire; 0 inside the JVM. */
    int port();

    /** A TCP address. Port 0 lets the machine choose one. */
    record Tcp(String host, int port) implements Endpoint {
        @Override
        public String toString() {
            return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
        }
    }

    /** A name inside this JVM; no socket is opened. */
    record InVm(String name) implements Endpoint {
        @Override
        public String host() {
            return IN_VM_PREFIX + name;
        }

        @Override
        public int port() {
            return 0;
        }

        @Override
        public String toString() {
            return host();
        }
    }
}
