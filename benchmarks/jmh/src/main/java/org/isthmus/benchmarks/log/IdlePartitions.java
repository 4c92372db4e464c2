package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;

/**
 * What partitions cost that nobody uses: a broker is started with none, with 10,000 that were never used since the start, and again after each
 * of them took a record. Prints the start, the heap after a collection, and the files and threads of the process.
 */
public final class IdlePartitions {
    private static final int TOPICS = 100;
    private static final int PARTITIONS_IN_TOPIC = 100;

    private IdlePartitions() {}

    public static void main(String[] arguments) throws Exception {
        var data = Files.createTempDirectory("isthmus-idle");
        try {
            var empty = started("no partitions", data, IdlePartitions::create);
            var idle = started("10,000 never used", data, IdlePartitions::use);
            System.out.printf("bytes of heap for a partition: %d%n", (idle.heapAtStart - empty.heapAtStart) / 10_000);
            System.out.printf("with its log open: %d%n", (idle.heapAtEnd - empty.heapAtStart) / 10_000);
            started("10,000 used before the start", data, broker -> {});
        } finally {
            LongLog.deleteTree(data);
        }
    }

    private record Heap(long heapAtStart, long heapAtEnd) {}

    private interface Work {
        void on(Map<String, Object> broker) throws ExecutionException, InterruptedException;
    }

    private static Heap started(String what, Path data, Work work)
            throws IOException, ExecutionException, InterruptedException {
        var from = System.nanoTime();
        try (var broker = EmbeddedBroker.acquire(
                new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of("isthmus.flush", "os")))) {
            System.out.printf("%s: started in %d ms%n", what, (System.nanoTime() - from) / 1_000_000);
            var before = state();
            work.on(Map.of("bootstrap.servers", broker.listeners().get(0).toString()));
            return new Heap(before, state());
        }
    }

    private static long state() throws IOException {
        for (var i = 0; i < 3; i++) {
            System.gc();
        }
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        var files = Path.of("/proc/self/fd");
        try (var open = Files.list(Files.isDirectory(files) ? files : Path.of("."))) {
            System.out.printf(
                    "  heap %,d bytes, %d files, %d threads%n",
                    heap, open.count(), ManagementFactory.getThreadMXBean().getThreadCount());
        }
        return heap;
    }

    private static void create(Map<String, Object> broker) throws ExecutionException, InterruptedException {
        try (var admin = Admin.create(broker)) {
            admin.createTopics(IntStream.range(0, TOPICS)
                            .mapToObj(number -> new NewTopic("idle-" + number, PARTITIONS_IN_TOPIC, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    private static void use(Map<String, Object> broker) throws ExecutionException, InterruptedException {
        try (var producer = new KafkaProducer<>(broker, new ByteArraySerializer(), new ByteArraySerializer())) {
            var sent = new ArrayList<Future<?>>();
            for (var topic = 0; topic < TOPICS; topic++) {
                for (var partition = 0; partition < PARTITIONS_IN_TOPIC; partition++) {
                    sent.add(producer.send(new ProducerRecord<>("idle-" + topic, partition, null, new byte[100])));
                }
            }
            for (var each : sent) {
                each.get();
            }
        }
    }
}
