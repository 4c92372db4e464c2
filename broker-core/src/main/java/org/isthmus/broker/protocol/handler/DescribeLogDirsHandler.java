package org.isthmus.broker.protocol.handler;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.replica.LogDirectory;
import org.isthmus.broker.replica.Partitions;

/**
 * Tells what lies in each log directory and how much room its disk has. Sizes are what the segments take on the disk, of logs that are not
 * open too. A directory that failed is told with its error and without its partitions. Nothing lags: what is here is the whole replica.
 */
public final class DescribeLogDirsHandler
        implements ApiHandler<DescribeLogDirsRequestData, DescribeLogDirsResponseData> {
    private final Partitions partitions;
    private final Executor io;

    /** @param io looks at the disks, and may block */
    public DescribeLogDirsHandler(Partitions partitions, Executor io) {
        this.partitions = partitions;
        this.io = io;
    }

    @Override
    public short apiKey() {
        return 35;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<DescribeLogDirsResponseData> handle(
            RequestContext context, DescribeLogDirsRequestData request) {
        return CompletableFuture.supplyAsync(() -> describe(request), io);
    }

    private DescribeLogDirsResponseData describe(DescribeLogDirsRequestData request) {
        var response = new DescribeLogDirsResponseData();
        var asked = asked(request);
        for (var directory : partitions.directories()) {
            response.results().add(describe(directory, asked));
        }
        return response;
    }

    private static Predicate<TopicPartition> asked(DescribeLogDirsRequestData request) {
        if (request.topics() == null) {
            return any -> true;
        }
        var asked = new HashMap<String, Set<Integer>>();
        for (var topic : request.topics()) {
            asked.computeIfAbsent(topic.topic(), name -> new HashSet<>()).addAll(topic.partitions());
        }
        return id -> asked.getOrDefault(id.topic(), Set.of()).contains(id.partition());
    }

    private static DescribeLogDirsResult describe(LogDirectory directory, Predicate<TopicPartition> asked) {
        var result = new DescribeLogDirsResult().setLogDir(directory.root().toString());
        if (directory.failure().isPresent()) {
            return result.setErrorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
        }
        try {
            var topics = new HashMap<String, DescribeLogDirsTopic>();
            for (var partition : directory.partitions()) {
                if (asked.test(partition.id())) {
                    topics.computeIfAbsent(partition.id().topic(), name -> new DescribeLogDirsTopic().setName(name))
                            .partitions()
                            .add(new DescribeLogDirsPartition()
                                    .setPartitionIndex(partition.id().partition())
                                    .setPartitionSize(partition.storedBytes()));
                }
            }
            return result.setTopics(List.copyOf(topics.values()))
                    .setTotalBytes(directory.totalBytes())
                    .setUsableBytes(directory.usableBytes());
        } catch (IOException e) {
            return result.setErrorCode(Refusal.of(e).code());
        }
    }
}
