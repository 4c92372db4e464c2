package org.isthmus.broker.zookeeper;

import java.time.Duration;

/**
 * Where the cluster's ZooKeeper is.
 *
 * @param servers {@code host:port,…}
 * @param root the path below which the cluster keeps everything, without a slash at its ends; empty for the root itself
 * @param sessionTimeout how long a broker may be silent before it counts as dead
 * @param connectTimeout how long a start waits for the first connection
 */
public record ZooKeeperConfig(String servers, String root, Duration sessionTimeout, Duration connectTimeout) {
    /** Reads {@code host:port,…/root}. */
    public static ZooKeeperConfig of(String connect, Duration sessionTimeout, Duration connectTimeout) {
        var slash = connect.indexOf('/');
        var servers = slash < 0 ? connect : connect.substring(0, slash);
        var root = slash < 0 ? "" : connect.substring(slash + 1).replaceAll("/+$", "");
        if (servers.isBlank() || root.startsWith("/")) {
            throw new IllegalArgumentException("'" + connect + "' is not of the form host:port,…/path");
        }
        return new ZooKeeperConfig(servers, root, sessionTimeout, connectTimeout);
    }
}
