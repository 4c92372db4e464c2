package org.isthmus.jms;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BranchEnd;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.Browsed;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.PartitionTail;
import org.isthmus.broker.client.PreparedBranch;
import org.isthmus.broker.client.RecordStream;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory whose answers a test can hold back or turn into failures. All its work is done on one thread, which is also the
 * thread that its clients' stages complete on.
 */
final class MemoryBroker implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var it = new Thread(task, "memory-broker");
        it.setDaemon(true);
        return it;
    });
    private final Map<String, TopicInfo> topics = new HashMap<>();
    private final Map<TopicPartition, List<LogRecord>> logs = new HashMap<>();
    private final Map<TopicPartition, Long> firstOffsets = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Stream> streams = new ArrayList<>();
    private final Queue<Runnable> heldSends = new ArrayDeque<>();
    private boolean holdSends;
    private @Nullable ErrorCode sendFailure;
    int defaultPartitions = 1;
    final List<Acks> acks = new ArrayList<>();

    BrokerLink.Dialer dialer() {
        return new BrokerLink.Dialer() {
            @Override
            public String broker() {
                return "memory:" + System.identityHashCode(MemoryBroker.this);
            }

            @Override
            public BrokerLink dial(String clientName) {
                var client = new Client();
                return new BrokerLink() {
                    @Override
                    public BrokerClient client() {
                        return client;
                    }

                    @Override
                    public void close() {
                        client.close();
                    }
                };
            }
        };
    }

    void holdSends() {
        run(() -> holdSends = true);
    }

    void releaseSends() {
        run(() -> {
            holdSends = false;
            heldSends.forEach(Runnable::run);
            heldSends.clear();
            return null;
        });
    }

    void failSends(@Nullable ErrorCode code) {
        run(() -> sendFailure = code);
    }

    void failReads(ErrorCode code) {
        run(() -> {
            List.copyOf(streams).forEach(stream -> stream.fail(code));
            return null;
        });
    }

    /** Deletes what lies before this offset, as retention does. */
    void truncate(TopicPartition partition, long before) {
        run(() -> firstOffsets.put(partition, before));
    }

    List<LogRecord> records(TopicPartition partition) {
        return run(() -> List.copyOf(logs.getOrDefault(partition, List.of())));
    }

    private <T> T run(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, thread).join();
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    private static BrokerException refused(ErrorCode code, String what) {
        return new BrokerException(code, what + ": " + code);
    }

    private List<LogRecord> log(TopicPartition partition) {
        var topic = topics.get(partition.topic());
        if (topic == null || partition.partition() >= topic.partitions()) {
            throw refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partition.toString());
        }
        return logs.computeIfAbsent(partition, unused -> new ArrayList<>());
    }

    private final class Client implements BrokerClient {
        private final List<Stream> own = new ArrayList<>();

        private <T> CompletionStage<T> later(Supplier<T> work) {
            return CompletableFuture.supplyAsync(work, thread);
        }

        @Override
        public CompletionStage<Boolean> login() {
            return CompletableFuture.completedStage(false);
        }

        @Override
        public CompletionStage<String> clusterId() {
            return CompletableFuture.completedStage("in memory");
        }

        @Override
        public CompletionStage<TopicInfo> topic(String name) {
            return later(() -> {
                var topic = topics.get(name);
                if (topic == null) {
                    throw refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name);
                }
                return topic;
            });
        }

        @Override
        public CompletionStage<TopicInfo> createTopic(NewTopic topic) {
            return later(() -> {
                if (topics.containsKey(topic.name())) {
                    throw refused(ErrorCode.TOPIC_ALREADY_EXISTS, topic.name());
                }
                int partitions = topic.partitions() < 0 ? defaultPartitions : topic.partitions();
                var info = new TopicInfo(topic.name(), UUID.randomUUID(), partitions);
                topics.put(topic.name(), info);
                return info;
            });
        }

        @Override
        public CompletionStage<Void> deleteTopic(String name) {
            return later(() -> {
                topics.remove(name);
                logs.keySet().removeIf(it -> it.topic().equals(name));
                return null;
            });
        }

        @Override
        public CompletionStage<Long> send(TopicPartition partition, NewRecord record, Acks with) {
            var answer = new CompletableFuture<Long>();
            thread.execute(() -> {
                acks.add(with);
                Runnable work = () -> append(partition, record, answer);
                if (holdSends) {
                    heldSends.add(work);
                } else {
                    work.run();
                }
            });
            return answer;
        }

        private void append(TopicPartition partition, NewRecord record, CompletableFuture<Long> answer) {
            if (sendFailure != null) {
                answer.completeExceptionally(refused(sendFailure, "sending"));
                return;
            }
            var log = log(partition);
            var written =
                    new LogRecord(log.size(), record.timestampMs(), record.key(), record.value(), record.headers());
            log.add(written);
            answer.complete(written.offset());
            List.copyOf(streams).forEach(Stream::serve);
        }

        @Override
        public CompletionStage<Map<TopicPartition, Long>> offsets(Map<TopicPartition, OffsetSpec> wanted) {
            return later(() -> {
                var offsets = new HashMap<TopicPartition, Long>();
                wanted.forEach((partition, spec) -> {
                    long end = log(partition).size();
                    long first = firstOffsets.getOrDefault(partition, 0L);
                    offsets.put(partition, spec instanceof OffsetSpec.Earliest ? first : end);
                });
                return offsets;
            });
        }

        @Override
        public CompletionStage<Map<TopicPartition, PartitionTail>> tails(Set<TopicPartition> partitions) {
            return later(() -> {
                var tails = new HashMap<TopicPartition, PartitionTail>();
                partitions.forEach(partition ->
                        tails.put(partition, new PartitionTail(log(partition).size(), List.of(), 0)));
                return tails;
            });
        }

        @Override
        public RecordStream read(Map<TopicPartition, Long> positions) {
            var stream = new Stream(positions);
            own.add(stream);
            thread.execute(() -> streams.add(stream));
            return stream;
        }

        @Override
        public ShareStream openShare(String group, String topic, ShareOptions options) {
            throw new AssertionError("share groups are tested on the real broker");
        }

        @Override
        public CompletionStage<Void> sendLater(TopicPartition partition, NewRecord record, Acks acks, long atMs) {
            throw new AssertionError("delays are tested on the real broker");
        }

        @Override
        public CompletionStage<TopicInfo> createTemporary(boolean queue) {
            throw new AssertionError("temporary destinations are tested on the real broker");
        }

        @Override
        public CompletionStage<Void> deleteTemporary(String name) {
            throw new AssertionError("temporary destinations are tested on the real broker");
        }

        @Override
        public CompletionStage<Browsed> browse(
                String group, TopicPartition partition, long from, long to, Optional<String> selector) {
            throw new AssertionError("share groups are tested on the real broker");
        }

        @Override
        public CompletionStage<Void> deleteShareGroup(String group, Set<TopicPartition> partitions) {
            throw new AssertionError("share groups are tested on the real broker");
        }

        @Override
        public Transaction begin(Duration timeout) {
            throw new AssertionError("transactions are tested on the real broker");
        }

        @Override
        public CompletionStage<List<PreparedBranch>> preparedBranches() {
            throw new AssertionError("transactions are tested on the real broker");
        }

        @Override
        public CompletionStage<BranchEnd> endBranch(Xid xid, boolean commit, boolean heuristic) {
            throw new AssertionError("transactions are tested on the real broker");
        }

        @Override
        public CompletionStage<Void> forgetBranch(Xid xid) {
            throw new AssertionError("transactions are tested on the real broker");
        }

        @Override
        public CompletionStage<Map<String, String>> groupSettings(String group) {
            throw new AssertionError("share groups are tested on the real broker");
        }

        @Override
        public CompletionStage<Void> changeGroupSettings(String group, Map<String, Optional<String>> changes) {
            throw new AssertionError("share groups are tested on the real broker");
        }

        @Override
        public CompletionStage<NameLease> lease(
                String name, String terms, boolean shared, Consumer<BrokerException> onLost) {
            return later(() -> {
                if (!names.add(name)) {
                    throw refused(ErrorCode.GROUP_MAX_SIZE_REACHED, name);
                }
                return () -> later(() -> {
                    names.remove(name);
                    return null;
                });
            });
        }

        @Override
        public void close() {
            own.forEach(Stream::close);
        }
    }

    private final class Stream implements RecordStream {
        private final Map<TopicPartition, Long> positions;
        private @Nullable CompletableFuture<List<FetchedRecord>> waiting;
        private @Nullable ErrorCode failure;

        Stream(Map<TopicPartition, Long> positions) {
            this.positions = new HashMap<>(positions);
        }

        @Override
        public CompletionStage<List<FetchedRecord>> poll(Duration maxWait) {
            var answer = new CompletableFuture<List<FetchedRecord>>();
            thread.execute(() -> {
                waiting = answer;
                serve();
            });
            return answer;
        }

        void serve() {
            if (waiting == null) {
                return;
            }
            var answer = waiting;
            if (failure != null) {
                waiting = null;
                answer.completeExceptionally(refused(failure, "reading"));
                return;
            }
            var records = new ArrayList<FetchedRecord>();
            for (var at : positions.entrySet()) {
                var log = logs.getOrDefault(at.getKey(), List.of());
                if (at.getValue() < firstOffsets.getOrDefault(at.getKey(), 0L)) {
                    waiting = null;
                    answer.completeExceptionally(
                            refused(ErrorCode.OFFSET_OUT_OF_RANGE, at.getKey().toString()));
                    return;
                }
                for (long next = at.getValue(); next < log.size() && records.size() < 100; next++) {
                    records.add(new FetchedRecord(at.getKey(), log.get((int) next)));
                    at.setValue(next + 1);
                }
            }
            if (!records.isEmpty()) {
                waiting = null;
                answer.complete(records);
            }
        }

        void fail(ErrorCode code) {
            failure = code;
            serve();
        }

        @Override
        public void seek(TopicPartition partition, long offset) {
            thread.execute(() -> positions.put(partition, offset));
        }

        @Override
        public void close() {
            thread.execute(() -> {
                streams.remove(this);
                fail(ErrorCode.UNKNOWN_SERVER_ERROR);
            });
        }
    }
}
