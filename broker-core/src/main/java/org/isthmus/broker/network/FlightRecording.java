package org.isthmus.broker.network;

import io.netty.util.internal.PlatformDependent;

/**
 * Whether Netty tells the JDK's flight recorder of its memory. To do so it leaves a listener with the recorder, which keeps it for ever and the
 * class loader with it. So a Netty that came in an archive, and may be undeployed again, does without.
 */
final class FlightRecording {
    private static final String ENABLED = "io.netty.jfr.enabled";

    private FlightRecording() {}

    /** Before the first use of Netty's buffers. What an administrator has set stays. */
    static void decide() {
        if (FlightRecording.class.getClassLoader() == ClassLoader.getSystemClassLoader()
                || System.getProperty(ENABLED) != null) {
            return;
        }
        // Netty reads it once. Another Netty of the server should not find it, so it is gone again at once.
        System.setProperty(ENABLED, "false");
        try {
            PlatformDependent.isJfrEnabled();
        } finally {
            System.clearProperty(ENABLED);
        }
    }
}
