package org.isthmus.broker.protocol.codec;

import java.util.List;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/** What a fetch between brokers says beyond Kafka's fields: which log of a partition is meant, and which logs the partition has. */
public final class ReplicaExtensions {
    private static final int LOG_KIND = 10040;
    private static final int KINDS = 10041;

    private ReplicaExtensions() {}

    /** One partition may be in a fetch several times, for each of its logs. */
    public static FetchPartition ofLog(FetchPartition asked, int kind) {
        if (kind != 0) {
            asked.unknownTaggedFields().add(field(LOG_KIND, kind));
        }
        return asked;
    }

    public static int log(FetchPartition asked) {
        return value(asked.unknownTaggedFields(), LOG_KIND);
    }

    public static PartitionData having(PartitionData answer, int kinds) {
        answer.unknownTaggedFields().add(field(KINDS, kinds));
        return answer;
    }

    public static int kinds(PartitionData answer) {
        return value(answer.unknownTaggedFields(), KINDS);
    }

    private static RawTaggedField field(int tag, int value) {
        return new RawTaggedField(tag, new byte[] {(byte) value});
    }

    private static int value(List<RawTaggedField> fields, int tag) {
        return fields.stream()
                .filter(field -> field.tag() == tag && field.size() == 1)
                .map(field -> (int) field.data()[0])
                .findFirst()
                .orElse(0);
    }
}
