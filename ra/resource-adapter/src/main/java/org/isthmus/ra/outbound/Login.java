package org.isthmus.ra.outbound;

import jakarta.resource.spi.ConnectionRequestInfo;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** With whose name a connection is asked for. Connections of different logins are never exchanged. */
public record Login(@Nullable String user, @Nullable String password) implements ConnectionRequestInfo {
    /** The name that the connection factory is configured with. */
    public static final Login CONFIGURED = new Login(null, null);

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Login that
                && Objects.equals(user, that.user)
                && Objects.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, password);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return user == null ? "configured login" : "login of " + user;
    }
}
