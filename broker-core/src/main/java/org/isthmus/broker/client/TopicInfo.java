package org.isthmus.broker.client;

import java.util.UUID;

/** A topic that exists. Its partitions are numbered from 0 to {@code partitions − 1}. */
public record TopicInfo(String name, UUID id, int partitions) {}
