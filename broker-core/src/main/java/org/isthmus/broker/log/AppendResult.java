package org.isthmus.broker.log;

import java.util.List;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/** What became of an append. Refusals are values; a disk that fails is an exception. */
public sealed interface AppendResult {
    /** Fails with {@link BrokerException} and the reason where the log refused the records. */
    default void requireWritten() {
        if (this instanceof Rejected rejected) {
            throw new BrokerException(rejected.error(), rejected.reason());
        }
    }

    /**
     * The records are in the log.
     *
     * @param baseOffset offset of the first record
     * @param lastOffset offset of the last record
     * @param logAppendTimeMs the stamp that the log gave, or −1 where producers give their own
     */
    record Appended(long baseOffset, long lastOffset, long logAppendTimeMs) implements AppendResult {}

    /** The producer sent this batch before; these are the offsets that it got then, or −1 where that is not known any more. */
    record Duplicate(long baseOffset, long lastOffset, long logAppendTimeMs) implements AppendResult {}

    /**
     * Nothing was written, for a reason that the producer can act on.
     *
     * @param records which of the batch's records, counted from 0, are the reason; none where the batch as a whole is
     */
    record Rejected(ErrorCode error, String reason, List<Integer> records) implements AppendResult {
        public Rejected {
            records = List.copyOf(records);
        }

        public Rejected(ErrorCode error, String reason) {
            this(error, reason, List.of());
        }
    }
}
