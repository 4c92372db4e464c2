package org.isthmus.broker.protocol.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Says for one transaction what became of the records that one member was handed, by whichever of its sessions. The member may be another
 * client's than the transaction is, so this is owned by the member's loop: calls hop there, and answers and failures are told from there.
 */
final class MemberAcknowledger {
    private record Place(ShareSession session, TopicPartition partition) {}

    private final ShareMember member;
    private final TransactionIdentity identity;
    /** In the order of their first use: sessions have none of their own, and a simulation must go the same way again. */
    private final Map<Place, BranchAcknowledger> byPlace = new LinkedHashMap<>();

    private boolean hurried;
    private @Nullable BrokerException failure;

    MemberAcknowledger(ShareMember member, TransactionIdentity identity) {
        this.member = member;
        this.identity = identity;
    }

    void accept(ShareDelivery first, long lastOffset, CompletableFuture<Void> done) {
        member.client()
                .runHere(
                        () -> acceptHere(first, lastOffset, done),
                        () -> done.completeExceptionally(WireBrokerClient.closed()));
    }

    private void acceptHere(ShareDelivery first, long lastOffset, CompletableFuture<Void> done) {
        var session = member.session(first);
        if (failure != null) {
            done.completeExceptionally(failure);
        } else if (session == null) {
            done.completeExceptionally(new BrokerException(
                    ErrorCode.INVALID_RECORD_STATE,
                    "offset " + first.record().offset() + " of " + first.partition()
                            + " is not held any more: the connection was lost"));
        } else {
            var acknowledger = byPlace.computeIfAbsent(new Place(session, first.partition()), this::acknowledger);
            session.afterSaid(() -> acknowledger.accept(first.record().offset(), lastOffset, done));
        }
    }

    private BranchAcknowledger acknowledger(Place place) {
        var acknowledger = new BranchAcknowledger(member.client(), place.session(), place.partition(), identity);
        if (hurried) {
            acknowledger.hurry();
        }
        return acknowledger;
    }

    /** What there is to say where that is said by this loop, in one session, of one partition; else null. */
    @Nullable
    BranchAcknowledger only(ClientLoop loop) {
        return member.client().equals(loop) && byPlace.size() == 1 && failure == null
                ? byPlace.values().iterator().next()
                : null;
    }

    /** Waits for no more before it says what there is, from now on. */
    void hurry() {
        member.client()
                .runHere(
                        () -> {
                            hurried = true;
                            byPlace.values().forEach(BranchAcknowledger::hurry);
                        },
                        () -> {});
    }

    /** Fails what is waiting to be said. */
    void fail(BrokerException reason) {
        member.client()
                .runHere(
                        () -> {
                            if (failure == null) {
                                failure = reason;
                                byPlace.values().forEach(acknowledger -> acknowledger.fail(reason));
                            }
                        },
                        () -> {});
    }
}
