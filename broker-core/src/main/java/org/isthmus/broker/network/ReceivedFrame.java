package org.isthmus.broker.network;

import java.nio.ByteBuffer;

/** The content of one incoming frame, without its length. The buffer is valid until {@link #release}, which its receiver calls once. */
public interface ReceivedFrame {
    ByteBuffer buffer();

    void release();
}
