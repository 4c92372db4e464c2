package org.isthmus.broker.protocol.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.jspecify.annotations.Nullable;

/**
 * What we have added to Kafka's share group APIs, as tagged fields of requests that stock clients never send:
 *
 * <ul>
 *   <li>10000 on ShareFetch of epoch 0: how a group is opened by a member with a session lock ({@link ShareOpening}). Acknowledge types 100
 *       (release, never delivered) and 101 (delivered just now) are allowed in such a session.
 *   <li>10030 on the answer to that: how often the group delivers a record at most (an int), and whether it waits before it does so again (a
 *       byte, 0 or 1).
 *   <li>10001 on ShareFetch: the answer need not wait for the answers of requests before it on the connection.
 *   <li>10003 on ShareFetch: the member does not know how a transaction ends in which it has acknowledged. As a member that keeps the order, it gets
 *       nothing more before what is undecided at this time is done or may be handed out again.
 *   <li>10004 on a partition of ShareFetch that our members add: where the group is not there yet, it begins at the first record, whatever the opening
 *       says, because the partition is newer than the member.
 *   <li>10005 on ShareAcknowledge: the member does not wait for the answer, so the disk is not hurried for what it says is processed.
 *   <li>10002 on DescribeShareGroupOffsets, AlterShareGroupOffsets, DeleteShareGroupOffsets and DeleteGroups: it is about what share groups have
 *       where the asked broker leads, and about nothing else.
 * </ul>
 */
public final class ShareExtensions {
    private static final int OPENING = 10_000;
    private static final int OUT_OF_TURN = 10_001;
    private static final int HERE_ONLY = 10_002;
    private static final int IN_DOUBT = 10_003;
    private static final int FROM_FIRST = 10_004;
    private static final int UNAWAITED = 10_005;
    private static final int REDELIVERY = 10_030;
    private static final byte VERSION = 0;

    /** What a member has to know of how its group delivers again. */
    public record Redelivery(int maxDeliveries, boolean isDelayed) {}

    private ShareExtensions() {}

    public static RawTaggedField outOfTurn() {
        return new RawTaggedField(OUT_OF_TURN, new byte[0]);
    }

    public static boolean isOutOfTurn(List<RawTaggedField> fields) {
        return fields.stream().anyMatch(field -> field.tag() == OUT_OF_TURN);
    }

    public static RawTaggedField inDoubt() {
        return new RawTaggedField(IN_DOUBT, new byte[0]);
    }

    public static boolean isInDoubt(List<RawTaggedField> fields) {
        return fields.stream().anyMatch(field -> field.tag() == IN_DOUBT);
    }

    public static RawTaggedField fromFirst() {
        return new RawTaggedField(FROM_FIRST, new byte[0]);
    }

    public static boolean isFromFirst(List<RawTaggedField> fields) {
        return fields.stream().anyMatch(field -> field.tag() == FROM_FIRST);
    }

    public static RawTaggedField unawaited() {
        return new RawTaggedField(UNAWAITED, new byte[0]);
    }

    public static boolean isUnawaited(List<RawTaggedField> fields) {
        return fields.stream().anyMatch(field -> field.tag() == UNAWAITED);
    }

    public static RawTaggedField hereOnly() {
        return new RawTaggedField(HERE_ONLY, new byte[0]);
    }

    public static boolean isHereOnly(List<RawTaggedField> fields) {
        return fields.stream().anyMatch(field -> field.tag() == HERE_ONLY);
    }

    public static RawTaggedField redelivery(Redelivery redelivery) {
        var bytes = ByteBuffer.allocate(Integer.BYTES + 1)
                .putInt(redelivery.maxDeliveries())
                .put((byte) (redelivery.isDelayed() ? 1 : 0));
        return new RawTaggedField(REDELIVERY, bytes.array());
    }

    /** How the group that was opened delivers again, where the answer says so. */
    public static Optional<Redelivery> redelivery(List<RawTaggedField> fields) {
        return fields.stream()
                .filter(field -> field.tag() == REDELIVERY && field.data().length > Integer.BYTES)
                .findFirst()
                .map(field -> ByteBuffer.wrap(field.data()))
                .map(data -> new Redelivery(data.getInt(), data.get() != 0));
    }

    /** How the request opens a group; fails with {@link MalformedFrameException} on bytes that are no opening. */
    public static Optional<ShareOpening> opening(List<RawTaggedField> fields) {
        return fields.stream()
                .filter(field -> field.tag() == OPENING)
                .findFirst()
                .map(field -> read(field.data()));
    }

    public static RawTaggedField opening(ShareOpening opening) {
        var bytes = new ByteArrayOutputStream();
        try {
            var out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            write(out, opening.selector());
            write(out, opening.excludedClient());
            write(out, opening.memberSelector());
            out.writeBoolean(opening.exclusive());
            out.writeBoolean(opening.ephemeral());
            out.writeInt(opening.maxDeliveries());
            out.writeInt(opening.maxInFlight());
            out.writeLong(opening.firstDelayMs());
            out.writeDouble(opening.delayFactor());
            out.writeLong(opening.longestDelayMs());
            write(out, opening.deadLetterTopic());
            out.writeByte(opening.start());
            out.writeLong(opening.startTimestampMs());
            out.writeBoolean(opening.recreate());
            out.writeBoolean(opening.inOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RawTaggedField(OPENING, bytes.toByteArray());
    }

    private static ShareOpening read(byte[] data) {
        try {
            var in = new DataInputStream(new ByteArrayInputStream(data));
            var version = in.readByte();
            if (version != VERSION) {
                throw new MalformedFrameException("opening of version " + version);
            }
            return new ShareOpening(
                    readText(in),
                    readText(in),
                    readText(in),
                    in.readBoolean(),
                    in.readBoolean(),
                    in.readInt(),
                    in.readInt(),
                    in.readLong(),
                    in.readDouble(),
                    in.readLong(),
                    readText(in),
                    in.readByte(),
                    in.readLong(),
                    in.readBoolean(),
                    // Who comes from before there was this says nothing.
                    in.available() > 0 && in.readBoolean());
        } catch (IOException e) {
            throw new MalformedFrameException("opening of " + data.length + " bytes is cut or malformed", e);
        }
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    private static @Nullable String readText(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
