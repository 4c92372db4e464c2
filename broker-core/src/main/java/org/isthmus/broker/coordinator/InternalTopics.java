package org.isthmus.broker.coordinator;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.metadata.TopicImage;

/** The topics that coordinators live on. They are created when they are first needed. Safe for use by many threads. */
public interface InternalTopics {
    /** Where consumer groups and their offsets live. */
    String CONSUMER_OFFSETS = TopicImage.CONSUMER_OFFSETS;

    /** Where transactions live. */
    String TRANSACTION_STATE = TopicImage.TRANSACTION_STATE;

    /**
     * The topic of this name, created (compacted, with the configured number of partitions) where there is none yet. Fails with {@link
     * org.isthmus.broker.common.BrokerException} where it cannot be created now.
     */
    CompletionStage<TopicImage> ensure(String name);
}
