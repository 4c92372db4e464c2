package org.isthmus.broker.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.replica.ReplicaFetch;
import org.isthmus.broker.replica.ReplicaLink;
import org.isthmus.broker.replica.ReplicaReads;
import org.isthmus.broker.runtime.EventLoop;

/**
 * A follower's way to its leaders over the simulated network. A request reaches the process that stood at the address when it was sent, and no
 * later one. As in production, the records of an answer are read from the leader's file while it is sent, which may be a while after they were found.
 */
public final class SimReplicaLink implements ReplicaLink {
    private final SimNetwork network;
    private final BrokerId self;
    private final EventLoop loop;
    private final Duration timeout;
    private final Function<BrokerId, Peer> peers;

    /** A process that answers followers; its threads are those of its machine. */
    public record Peer(EventLoop receiving, Executor sending, ReplicaReads reads) {}

    /** @param peers who stands at a broker's address now; null where nobody does */
    public SimReplicaLink(
            SimNetwork network, BrokerId self, EventLoop loop, Duration timeout, Function<BrokerId, Peer> peers) {
        this.network = network;
        this.self = self;
        this.loop = loop;
        this.timeout = timeout;
        this.peers = peers;
    }

    @Override
    public CompletionStage<List<ReplicaFetch.Answer>> fetch(BrokerImage leader, ReplicaFetch fetch) {
        var done = new CompletableFuture<List<ReplicaFetch.Answer>>();
        var peer = peers.apply(leader.id());
        if (peer == null) {
            loop.execute(() -> done.completeExceptionally(unreached(leader)));
            return done;
        }
        loop.schedule(timeout, () -> done.completeExceptionally(unreached(leader)));
        network.send(self.value(), leader.id().value(), peer.receiving(), () -> peer.reads()
                .fetch(fetch)
                .thenAcceptAsync(
                        found -> {
                            var answers = answers(found);
                            network.send(leader.id().value(), self.value(), loop, () -> done.complete(copies(answers)));
                        },
                        peer.sending()));
        return done;
    }

    private static BrokerException unreached(BrokerImage leader) {
        return new BrokerException(ErrorCode.NETWORK_EXCEPTION, "broker " + leader.id() + " does not answer in time");
    }

    private static List<ReplicaFetch.Answer> answers(List<ReplicaFetch.Found> found) {
        var answers = new ArrayList<ReplicaFetch.Answer>(found.size());
        for (var one : found) {
            answers.add(answer(one));
        }
        return answers;
    }

    private static ReplicaFetch.Answer answer(ReplicaFetch.Found found) {
        if (found instanceof ReplicaFetch.Refused refused) {
            return new ReplicaFetch.Answer(refused.error(), null, -1, refused.startOffset(), 0, null);
        }
        if (found instanceof ReplicaFetch.Differs differs) {
            return new ReplicaFetch.Answer(ErrorCode.NONE, null, -1, -1, 0, differs.end());
        }
        var slice = (ReplicaFetch.Slice) found;
        return new ReplicaFetch.Answer(
                ErrorCode.NONE, records(slice), slice.highWatermark(), slice.startOffset(), slice.kinds(), null);
    }

    private static ByteBuffer records(ReplicaFetch.Slice found) {
        var slice = found.slice();
        if (slice == null) {
            return null;
        }
        try {
            var bytes = slice.copy();
            if (bytes.remaining() < slice.length()) {
                // The file is shorter by now: in production the connection breaks.
                throw new IOException("the file ends");
            }
            return bytes;
        } catch (IOException gone) {
            throw new BrokerException(ErrorCode.NETWORK_EXCEPTION, "not sent: " + gone.getMessage());
        } finally {
            slice.release();
        }
    }

    /** An answer belongs to whoever gets it, also where it comes twice. */
    private static List<ReplicaFetch.Answer> copies(List<ReplicaFetch.Answer> answers) {
        return answers.stream()
                .map(answer -> {
                    var records = answer.records();
                    return records == null
                            ? answer
                            : new ReplicaFetch.Answer(
                                    answer.error(),
                                    ByteBuffer.wrap(records.array().clone()),
                                    answer.highWatermark(),
                                    answer.startOffset(),
                                    answer.kinds(),
                                    answer.differs());
                })
                .toList();
    }
}
