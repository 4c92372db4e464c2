package org.isthmus.broker.client;

/** Who a client is, for brokers that ask. */
public record Credentials(String user, String password) {
    /** Without the password. */
    @Override
    public String toString() {
        return "login of " + user;
    }
}
