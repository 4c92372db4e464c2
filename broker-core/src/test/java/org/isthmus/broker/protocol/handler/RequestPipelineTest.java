package org.isthmus.broker.protocol.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.network.Connection;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Frame;
import org.isthmus.broker.network.ReceivedFrame;
import org.isthmus.broker.network.TlsRefusedException;
import org.isthmus.broker.protocol.codec.RequestCodec;
import org.junit.jupiter.api.Test;

/** When the answers to what one connection asks leave. */
class RequestPipelineTest {
    private static final short VERSION = 0;
    private static final ClusterIdentity IDENTITY = new ClusterIdentity(new UUID(1, 2), new BrokerId(0));

    private final List<Integer> answered = new ArrayList<>();
    private final Queue<CompletableFuture<HeartbeatResponseData>> heartbeats = new ArrayDeque<>();
    private final CompletableFuture<LeaveGroupResponseData> last = new CompletableFuture<>();
    private final RequestPipeline pipeline =
            new RequestPipeline(new Sent(), new HandlerTable(List.of(new Heartbeats(), new Last()), IDENTITY), null);

    @Test
    void answersLeaveInTheOrderOfTheRequests() {
        ask(1, new HeartbeatRequestData());
        ask(2, new HeartbeatRequestData());
        var first = heartbeats.remove();

        heartbeats.remove().complete(new HeartbeatResponseData());
        assertThat(answered).isEmpty();

        first.complete(new HeartbeatResponseData());
        assertThat(answered).containsExactly(1, 2);
    }

    @Test
    void answersThatAreOfNoUseBeforeAnotherLeaveWithThatOne() {
        for (var request = 1; request <= 3; request++) {
            ask(request, new HeartbeatRequestData());
        }
        ask(4, new LeaveGroupRequestData());

        heartbeats.forEach(answer -> answer.complete(new HeartbeatResponseData()));
        assertThat(answered).containsExactly(1);

        last.complete(new LeaveGroupResponseData());
        assertThat(answered).containsExactly(1, 2, 3, 4);
    }

    @Test
    void answerThatLeavesBeforeHoldsUpNothing() {
        ask(1, new HeartbeatRequestData());
        heartbeats.remove().complete(new HeartbeatResponseData());
        ask(2, new HeartbeatRequestData());
        heartbeats.remove().complete(new HeartbeatResponseData());
        ask(3, new LeaveGroupRequestData());
        assertThat(answered).containsExactly(1, 2);

        last.complete(new LeaveGroupResponseData());
        assertThat(answered).containsExactly(1, 2, 3);
    }

    private void ask(int correlationId, ApiMessage body) {
        var frame = RequestCodec.encode(VERSION, correlationId, "test", body);
        var bytes = ByteBuffer.allocate((int) frame.size());
        frame.parts().forEach(part -> bytes.put(((Frame.Bytes) part).buffer()));
        bytes.flip();
        pipeline.received(new ReceivedFrame() {
            @Override
            public ByteBuffer buffer() {
                return bytes;
            }

            @Override
            public void release() {}
        });
    }

    private final class Heartbeats implements ApiHandler<HeartbeatRequestData, HeartbeatResponseData> {
        @Override
        public short apiKey() {
            return 12;
        }

        @Override
        public short minVersion() {
            return VERSION;
        }

        @Override
        public short maxVersion() {
            return VERSION;
        }

        @Override
        public CompletionStage<HeartbeatResponseData> handle(RequestContext context, HeartbeatRequestData request) {
            var answer = new CompletableFuture<HeartbeatResponseData>();
            heartbeats.add(answer);
            return answer;
        }
    }

    /** For which the answers to two requests before it are no use alone. */
    private final class Last implements ApiHandler<LeaveGroupRequestData, LeaveGroupResponseData> {
        @Override
        public short apiKey() {
            return 13;
        }

        @Override
        public short minVersion() {
            return VERSION;
        }

        @Override
        public short maxVersion() {
            return VERSION;
        }

        @Override
        public CompletionStage<LeaveGroupResponseData> handle(RequestContext context, LeaveGroupRequestData request) {
            context.earlier().leaveWithThis(2);
            return last;
        }
    }

    private final class Sent implements Connection {
        @Override
        public void send(Frame frame) {
            answered.add(((Frame.Bytes) frame.parts().get(0)).buffer().getInt(0));
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void close() {
            throw new AssertionError("nothing is wrong");
        }

        @Override
        public Optional<TlsRefusedException> refusal() {
            return Optional.empty();
        }

        @Override
        public String remoteAddress() {
            return "host:1";
        }

        @Override
        public Endpoint endpoint() {
            return new Endpoint.Tcp("host", 2);
        }

        @Override
        public void perform(Runnable task) {
            task.run();
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
