package org.isthmus.ra;

import java.nio.file.Path;

/** Where an embedded broker keeps its log when nobody said where: with the other data of the server, so that it is backed up and moved with it. */
final class DataDirectory {
    private DataDirectory() {}

    static Path ofThisServer() {
        var jboss = System.getProperty("jboss.server.data.dir", "");
        if (!jboss.isBlank()) {
            return Path.of(jboss, "isthmus").toAbsolutePath().normalize();
        }
        // GlassFish and Payara name the root of the instance. Payara Micro without --rootdir makes a new one for each
        // run and deletes it.
        var glassfish = System.getProperty("com.sun.aas.instanceRoot", "");
        if (!glassfish.isBlank() && !isTemporary(Path.of(glassfish))) {
            return Path.of(glassfish, "isthmus").toAbsolutePath().normalize();
        }
        return Path.of(System.getProperty("user.home", "."), ".isthmus", "data")
                .toAbsolutePath()
                .normalize();
    }

    private static boolean isTemporary(Path directory) {
        var temporary = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
        return directory.toAbsolutePath().normalize().startsWith(temporary.normalize());
    }
}
