package org.isthmus.broker.protocol.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.TransactionalAcknowledgement;
import org.isthmus.broker.protocol.codec.TransactionalAcknowledgement.Said;
import org.jspecify.annotations.Nullable;

/**
 * Says for one transaction what became of the records that one session brought of one partition. The first waits for others, until they are many
 * or it is time to {@link #hurry}. One request is under way at a time; what is to be said meanwhile goes into the next one, records in a row
 * as one entry. Owned by the client's loop.
 */
final class BranchAcknowledger {
    private static final byte ACCEPT = 1;
    private static final int MANY = 1_000;
    private static final int MOST_IN_REQUEST = 10_000;

    private record Waiting(long first, long last, CompletableFuture<Void> done) {}

    private final ClientLoop client;
    private final ShareSession session;
    private final TopicPartition partition;
    private final TransactionIdentity identity;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean hurried;
    private boolean isSaying;
    private @Nullable BrokerException failure;

    BranchAcknowledger(
            ClientLoop client, ShareSession session, TopicPartition partition, TransactionIdentity identity) {
        this.client = client;
        this.session = session;
        this.partition = partition;
        this.identity = identity;
    }

    void accept(long first, long last, CompletableFuture<Void> done) {
        if (failure != null) {
            done.completeExceptionally(failure);
            return;
        }
        waiting.add(new Waiting(first, last, done));
        if (!isSaying && (hurried || waiting.size() >= MANY)) {
            sayNext();
        }
    }

    /** What waits to be said; where that is not all said in one request, or something is being said already, fewer than none. */
    int waitingAlone() {
        return isSaying || failure != null || waiting.size() > MOST_IN_REQUEST ? -1 : waiting.size();
    }

    ShareSession session() {
        return session;
    }

    /** Waits for no more before it says what there is, from now on. */
    void hurry() {
        hurried = true;
        if (!isSaying && failure == null) {
            sayNext();
        }
    }

    void fail(BrokerException reason) {
        if (failure == null) {
            failure = reason;
            waiting.forEach(each -> each.done().completeExceptionally(reason));
            waiting.clear();
        }
    }

    private void sayNext() {
        if (waiting.isEmpty()) {
            return;
        }
        isSaying = true;
        var taken = new ArrayList<Waiting>();
        while (!waiting.isEmpty() && taken.size() < MOST_IN_REQUEST) {
            taken.add(waiting.remove());
        }
        var asked = new TransactionalAcknowledgement(
                identity.transactionalId(),
                identity.producerId(),
                identity.epoch(),
                session.group(),
                session.member(),
                session.topicId(),
                partition.partition(),
                joined(taken));
        session.request(
                        Api.ACKNOWLEDGE_IN_TRANSACTION,
                        OwnApi.ACKNOWLEDGE_IN_TRANSACTION.request(asked),
                        client.requestDeadline())
                .thenApply(OwnApi.ACKNOWLEDGE_IN_TRANSACTION.answer())
                .thenAccept(answer -> Failures.check(
                        answer.error(),
                        "acknowledging records of " + partition + " in a transaction",
                        answer.message()))
                .whenComplete((nothing, thrown) -> said(taken, thrown));
    }

    private static List<Said> joined(List<Waiting> taken) {
        var said = new ArrayList<Said>();
        for (var each : taken) {
            var last = said.isEmpty() ? null : said.get(said.size() - 1);
            if (last != null && last.last() + 1 == each.first()) {
                said.set(said.size() - 1, new Said(last.first(), each.last(), ACCEPT));
            } else {
                said.add(new Said(each.first(), each.last(), ACCEPT));
            }
        }
        return said;
    }

    private void said(List<Waiting> taken, @Nullable Throwable thrown) {
        isSaying = false;
        if (thrown == null) {
            taken.forEach(each -> each.done().complete(null));
            sayNext();
            return;
        }
        var reason = Failures.of(thrown);
        taken.forEach(each -> each.done().completeExceptionally(reason));
        fail(reason);
    }
}
