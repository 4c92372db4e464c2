package org.isthmus.arquillian;

import java.nio.file.Path;

/** A server that takes archives away and deploys them while it runs. Each call returns once that has happened. */
interface Redeploying {
    void undeploy(Path archive) throws Exception;

    /** As {@link OwnServer#adapter()} says it. */
    void deployAdapter() throws Exception;

    void deploy(Path archive) throws Exception;
}
