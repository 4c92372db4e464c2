package org.isthmus.broker.protocol.handler;

import java.util.List;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.Verdict;

/** Acknowledgements as the wire has them: one type for a whole range, or one for each offset in it. */
final class ShareAcknowledgements {
    private ShareAcknowledgements() {}

    /**
     * Adds what one batch says.
     *
     * @param own whether the session may use what we have added to Kafka's types
     */
    static void add(long first, long last, List<Byte> types, boolean own, List<Acknowledgement> acknowledgements) {
        if (first < 0 || last < first || (types.size() != 1 && types.size() != last - first + 1)) {
            throw new BrokerException(
                    ErrorCode.INVALID_REQUEST,
                    types.size() + " acknowledge types for the offsets " + first + " to " + last);
        }
        if (types.size() == 1) {
            acknowledgements.add(new Acknowledgement(new OffsetRange(first, last), verdict(types.get(0), own)));
            return;
        }
        var begin = first;
        for (var offset = first; offset <= last; offset++) {
            var index = (int) (offset - first);
            if (offset == last || !types.get(index + 1).equals(types.get(index))) {
                acknowledgements.add(
                        new Acknowledgement(new OffsetRange(begin, offset), verdict(types.get(index), own)));
                begin = offset + 1;
            }
        }
    }

    private static Verdict verdict(byte type, boolean own) {
        for (var verdict : Verdict.values()) {
            if (verdict.type() == type && (own || !verdict.isExtension())) {
                return verdict;
            }
        }
        throw new BrokerException(ErrorCode.INVALID_REQUEST, "no acknowledge type " + type);
    }
}
