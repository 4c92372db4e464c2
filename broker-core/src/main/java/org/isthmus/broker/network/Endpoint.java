package org.isthmus.broker.network;

/** Where a broker listens. */
public sealed interface Endpoint {
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
        public String toString() {
            return "in-vm:" + name;
        }
    }
}
