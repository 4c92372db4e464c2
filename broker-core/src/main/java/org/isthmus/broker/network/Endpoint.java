package org.isthmus.broker.network;

/** Where a broker listens. */
public sealed interface Endpoint {
    /** What marks a name inside the JVM where the protocol has room for a host only. No host name may hold a colon. */
    String IN_VM_PREFIX = "in-vm:";

    /**
     * The endpoint that a host and port on the wire stand for; the inverse of {@link #host} and {@link #port}.
     *
     * @param tls whether TLS is spoken to hosts, which the wire does not say
     */
    static Endpoint of(String host, int port, boolean tls) {
        return host.startsWith(IN_VM_PREFIX)
                ? new InVm(host.substring(IN_VM_PREFIX.length()))
                : new Tcp(host, port, tls);
    }

    /** The host as it goes on the wire. */
    String host();

    /** The port as it goes on the wire; 0 inside the JVM. */
    int port();

    /**
     * A TCP address. Port 0 lets the machine choose one.
     *
     * @param tls whether TLS is spoken there
     */
    record Tcp(String host, int port, boolean tls) implements Endpoint {
        public Tcp(String host, int port) {
            this(host, port, false);
        }

        /** As stock clients take it too: they pass over the protocol in front. */
        @Override
        public String toString() {
            return (tls ? "SSL://" : "") + (host.contains(":") ? "[" + host + "]:" + port : host + ":" + port);
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
