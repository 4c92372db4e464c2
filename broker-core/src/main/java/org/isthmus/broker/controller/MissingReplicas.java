package org.isthmus.broker.controller;

import java.util.Optional;
import org.isthmus.broker.metadata.TopicImage;

/**
 * That a topic was made with fewer replicas than a setting says, because no more brokers were alive. Nobody adds those by itself, so whoever made
 * the topic says it to the operator, once.
 *
 * @param setting by its Kafka name
 */
public record MissingReplicas(String topic, int replicas, int wanted, String setting) {
    private static final System.Logger log = System.getLogger(MissingReplicas.class.getName());

    /** Nothing where the topic has what the setting says. */
    public static Optional<MissingReplicas> of(TopicImage made, int wanted, String setting) {
        var replicas = made.partitions().get(0).replicas().size();
        return replicas < wanted
                ? Optional.of(new MissingReplicas(made.name(), replicas, wanted, setting))
                : Optional.empty();
    }

    public void warn() {
        log.log(
                System.Logger.Level.WARNING,
                "Topic made with {0} of {1} replicas ({2}), since no more brokers are alive: {3}."
                        + " Add replicas with kafka-reassign-partitions once the others are there; nobody else does.",
                replicas,
                wanted,
                setting,
                topic);
    }
}
