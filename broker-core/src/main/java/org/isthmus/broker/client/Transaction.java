package org.isthmus.broker.client;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;

/**
 * Sends and acknowledgements of any number of partitions that happen together or not at all. Nothing of it is kept here but what is on its
 * way, so a transaction may be of any size. Safe for use by many threads; ended once.
 *
 * <p>Where a send or an acknowledgement fails, the transaction can only be rolled back, and that is what {@link #commit} does.
 */
public interface Transaction {
    /** Appends one record, as {@link BrokerClient#send} does; who reads only what is committed sees it when the transaction is. */
    CompletionStage<Long> send(TopicPartition partition, NewRecord record);

    /**
     * Appends one record at a later time, as {@link BrokerClient#sendLater} does, if the transaction commits; at once where it commits after
     * that time. Completes once the record is safe.
     *
     * @param atMs that time, in milliseconds since 1970
     */
    CompletionStage<Void> sendLater(TopicPartition partition, NewRecord record, long atMs);

    /**
     * Says that deliveries in a row are processed. They are done with once the transaction commits; if it is rolled back they are handed out
     * again, in order, and count as delivered. Meanwhile nobody has them, and the stream may close.
     *
     * @param stream the stream that brought them, of this client or another one of this process
     * @param lastOffset offset of the last one, included
     */
    CompletionStage<Void> acknowledge(ShareStream stream, ShareStream.ShareDelivery first, long lastOffset);

    /** Whether anything was done in it. */
    boolean hasWork();

    /**
     * Makes everything happen. Fails with {@code TRANSACTION_ABORTABLE} where it was rolled back instead; where it fails with another code, it
     * is not known which of both it was.
     */
    CompletionStage<Void> commit();

    /** Makes it as if nothing had been done. */
    CompletionStage<Void> rollback();

    /**
     * Makes the transaction a branch of a global one, which from then on is ended by {@link BrokerClient#endBranch} alone, whatever becomes of
     * this client. Answers false, with nothing to end, where nothing was done in it. Fails with {@code TRANSACTION_ABORTABLE} where it was
     * rolled back instead.
     */
    CompletionStage<Boolean> prepare(Xid xid);
}
