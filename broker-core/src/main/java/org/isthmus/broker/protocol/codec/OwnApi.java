package org.isthmus.broker.protocol.codec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An API that Apache Kafka does not have, offered through ApiVersions like any other and never needed by a stock client.
 *
 * @param <Q> what is asked
 * @param <A> what is answered
 */
public final class OwnApi<Q extends OwnApi.Fields, A extends OwnApi.Fields> {
    /** A value that writes its fields in the order in which it is read. */
    public interface Fields {
        void write(DataOutputStream out) throws IOException;
    }

    /** Reads what {@link Fields#write} wrote. */
    interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    /** What a member of a share group says of records, as part of a transaction. */
    public static final OwnApi<TransactionalAcknowledgement, Outcome> ACKNOWLEDGE_IN_TRANSACTION = new OwnApi<>(
            1000, TransactionalAcknowledgement.class, TransactionalAcknowledgement::read, Outcome.class, Outcome::read);

    /** Makes a transaction a prepared branch of a global one. */
    public static final OwnApi<PrepareRequest, Outcome> PREPARE_TRANSACTION =
            new OwnApi<>(1001, PrepareRequest.class, PrepareRequest::read, Outcome.class, Outcome::read);

    /** The prepared branches that the broker coordinates. */
    public static final OwnApi<BranchesRequest, BranchesAnswer> DESCRIBE_BRANCHES = new OwnApi<>(
            1002, BranchesRequest.class, BranchesRequest::read, BranchesAnswer.class, BranchesAnswer::read);

    /** Commits a prepared branch or rolls it back. */
    public static final OwnApi<EndBranchRequest, EndBranchAnswer> END_BRANCH = new OwnApi<>(
            1003, EndBranchRequest.class, EndBranchRequest::read, EndBranchAnswer.class, EndBranchAnswer::read);

    /** Drops what is remembered of a branch that an administrator ended. */
    public static final OwnApi<ForgetBranchRequest, Outcome> FORGET_BRANCH =
            new OwnApi<>(1004, ForgetBranchRequest.class, ForgetBranchRequest::read, Outcome.class, Outcome::read);

    /** Says that an open transaction is still worked in. */
    public static final OwnApi<KeepRequest, Outcome> KEEP_TRANSACTION =
            new OwnApi<>(1005, KeepRequest.class, KeepRequest::read, Outcome.class, Outcome::read);

    /** Commits a transaction behind what belongs to it, without waiting for the answers to that. */
    public static final OwnApi<CommitRequest, CommitAnswer> COMMIT_BEHIND =
            new OwnApi<>(1006, CommitRequest.class, CommitRequest::read, CommitAnswer.class, CommitAnswer::read);

    /** A name that is held for as long as a connection lives. */
    public static final OwnApi<LeaseRequest, LeaseAnswer> LEASE =
            new OwnApi<>(1010, LeaseRequest.class, LeaseRequest::read, LeaseAnswer.class, LeaseAnswer::read);

    /** What a share group has left of a partition, for who only looks. */
    public static final OwnApi<BrowseRequest, BrowseAnswer> BROWSE =
            new OwnApi<>(1020, BrowseRequest.class, BrowseRequest::read, BrowseAnswer.class, BrowseAnswer::read);

    public static final OwnApi<TemporaryRequest, TemporaryAnswer> CREATE_TEMPORARY = new OwnApi<>(
            1021, TemporaryRequest.class, TemporaryRequest::read, TemporaryAnswer.class, TemporaryAnswer::read);

    public static final OwnApi<TemporaryRequest, TemporaryAnswer> DELETE_TEMPORARY = new OwnApi<>(
            1022, TemporaryRequest.class, TemporaryRequest::read, TemporaryAnswer.class, TemporaryAnswer::read);

    /** Keeps a record back until its time. */
    public static final OwnApi<DelayRequest, DelayAnswer> DELAY =
            new OwnApi<>(1023, DelayRequest.class, DelayRequest::read, DelayAnswer.class, DelayAnswer::read);

    /** Keeps records back until their time, if a transaction commits. */
    public static final OwnApi<TransactionalDelay, Outcome> DELAY_IN_TRANSACTION =
            new OwnApi<>(1024, TransactionalDelay.class, TransactionalDelay::read, Outcome.class, Outcome::read);

    /** What a partition has that was sent before now. */
    public static final OwnApi<TailRequest, TailAnswer> TAIL =
            new OwnApi<>(1025, TailRequest.class, TailRequest::read, TailAnswer.class, TailAnswer::read);

    static final List<OwnApi<?, ?>> ALL = List.of(
            ACKNOWLEDGE_IN_TRANSACTION,
            PREPARE_TRANSACTION,
            DESCRIBE_BRANCHES,
            END_BRANCH,
            FORGET_BRANCH,
            KEEP_TRANSACTION,
            COMMIT_BEHIND,
            LEASE,
            BROWSE,
            CREATE_TEMPORARY,
            DELETE_TEMPORARY,
            DELAY,
            DELAY_IN_TRANSACTION,
            TAIL);

    private final short key;
    private final Class<Q> question;
    private final Class<A> answer;
    private final OwnMessage.Form questionForm;
    private final OwnMessage.Form answerForm;

    private OwnApi(int key, Class<Q> question, Reader<Q> questionReader, Class<A> answer, Reader<A> answerReader) {
        this.key = (short) key;
        this.question = question;
        this.answer = answer;
        this.questionForm = form(questionReader);
        this.answerForm = form(answerReader);
    }

    /** What {@code in.readBoolean() ? in.readUTF() : null} reads. */
    static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    /** How many entries follow, of which each takes so many bytes at least; more than there are bytes for is refused before it is believed. */
    static int count(DataInputStream in, int leastBytes) throws IOException {
        var count = in.readInt();
        if (count < 0 || count > in.available() / leastBytes) {
            throw new IOException(count + " entries in " + in.available() + " bytes");
        }
        return count;
    }

    private static OwnMessage.Form form(Reader<?> reader) {
        return new OwnMessage.Form() {
            @Override
            public void write(Object value, DataOutputStream out) throws IOException {
                ((Fields) value).write(out);
            }

            @Override
            public Object read(DataInputStream in) throws IOException {
                return reader.read(in);
            }
        };
    }

    public short key() {
        return key;
    }

    public OwnMessage request(Q value) {
        return new OwnMessage(key, questionForm, value);
    }

    public OwnMessage answer(A value) {
        return new OwnMessage(key, answerForm, value);
    }

    public Q question(OwnMessage request) {
        return request.value(question);
    }

    public Function<OwnMessage, A> answer() {
        return message -> message.value(answer);
    }

    OwnMessage emptyRequest() {
        return new OwnMessage(key, questionForm, null);
    }

    OwnMessage emptyAnswer() {
        return new OwnMessage(key, answerForm, null);
    }
}
