package org.isthmus.broker.log;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;

/** For what happens when nobody is left who could act on its failure: the files are of no more use, and the next open tidies up. */
final class Closing {
    private static final Logger LOG = System.getLogger(Closing.class.getName());

    private Closing() {}

    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    static void run(Action action, Path where) {
        try {
            action.run();
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "Files could not be closed or deleted: " + where, failure);
        }
    }
}
