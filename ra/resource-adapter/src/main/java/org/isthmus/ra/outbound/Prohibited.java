package org.isthmus.ra.outbound;

import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;

/** The calls that belong to the container and not to its applications (Jakarta EE platform 6.7). */
final class Prohibited {
    private Prohibited() {}

    static IllegalStateException call(String method) {
        return new IllegalStateException(text(method));
    }

    static IllegalStateRuntimeException contextCall(String method) {
        return new IllegalStateRuntimeException(text(method));
    }

    private static String text(String method) {
        return method + " is not permitted in a web or EJB container";
    }
}
