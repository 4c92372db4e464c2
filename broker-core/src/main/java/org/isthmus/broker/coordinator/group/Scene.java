package org.isthmus.broker.coordinator.group;

import org.isthmus.broker.metadata.ClusterImage;

/**
 * What a decision on a group of consumers looks at beside the group.
 *
 * @param image the cluster whose topics members read
 * @param isNew whether the group has not seen that image yet
 */
record Scene(ClusterImage image, boolean isNew, ConsumerGroupConfig config) {}
