package org.isthmus.broker.protocol.codec;

import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.isthmus.broker.log.LogSlice;

/** Batches of a log file inside a response. {@link ResponseCodec} sends them from the file, so nothing ever asks for their {@link #toSend}. */
public record FileRecords(LogSlice slice) implements BaseRecords {
    @Override
    public int sizeInBytes() {
        return slice.length();
    }

    @Override
    public RecordsSend<BaseRecords> toSend() {
        throw new IllegalStateException("file records leave through ResponseCodec only");
    }
}
