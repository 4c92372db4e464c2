package org.isthmus.broker.server;

import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.TopicImage;

/** The marks of partitions: those of temporary topics, which no image has, say by their names which topic it is. */
final class WaitMarks {
    private WaitMarks() {}

    static WaitMark of(ClusterImage image, TopicPartition partition) {
        var topic = TemporaryName.parse(partition.topic())
                .map(TemporaryName::id)
                .or(() -> image.topic(partition.topic()).map(TopicImage::id))
                .orElseThrow(() -> new BrokerException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + partition.topic()));
        return new WaitMark(topic, partition.partition());
    }
}
