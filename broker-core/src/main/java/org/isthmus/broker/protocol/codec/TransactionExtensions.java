package org.isthmus.broker.protocol.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.isthmus.broker.common.TopicPartition;

/**
 * What we have added to Kafka's transaction APIs, as tagged fields of requests that stock clients never send:
 *
 * <ul>
 *   <li>10040 on EndTxn: who took part, as the producer knows ({@link ParticipantFields}). They may join the next transaction of the identity in
 *       the answer before that is committed, so a producer that says it once says it whenever it ends a transaction.
 * </ul>
 */
public final class TransactionExtensions {
    /** The version of transactions, as Kafka counts them, where an end keeps the producer's epoch. */
    public static final byte KEEPS_EPOCHS = 0;

    /** The version of transactions, as Kafka counts them, from which on each end raises the producer's epoch. */
    public static final byte RAISES_EPOCHS = 2;

    private static final int PARTICIPANTS = 10_040;

    private TransactionExtensions() {}

    public static RawTaggedField participants(Collection<TopicPartition> participants) {
        var bytes = new ByteArrayOutputStream();
        try {
            ParticipantFields.write(participants, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RawTaggedField(PARTICIPANTS, bytes.toByteArray());
    }

    /** Empty where nothing is said; fails with {@link MalformedFrameException} on bytes that are no participants. */
    public static Set<TopicPartition> participants(List<RawTaggedField> fields) {
        return fields.stream()
                .filter(field -> field.tag() == PARTICIPANTS)
                .findFirst()
                .map(field -> read(field.data()))
                .orElse(Set.of());
    }

    private static Set<TopicPartition> read(byte[] data) {
        try {
            return Set.copyOf(ParticipantFields.read(new DataInputStream(new ByteArrayInputStream(data))));
        } catch (IOException e) {
            throw new MalformedFrameException("participants of " + data.length + " bytes are cut or malformed", e);
        }
    }
}
