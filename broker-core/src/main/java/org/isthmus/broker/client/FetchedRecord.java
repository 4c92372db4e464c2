package org.isthmus.broker.client;

import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.LogRecord;

/** A record and the partition that it was read from. */
public record FetchedRecord(TopicPartition partition, LogRecord record) {}
