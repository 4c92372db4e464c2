package org.isthmus.broker.coordinator.transaction;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a partition that takes part in transactions makes of its log: which are open there, how others ended, and who is fenced. */
final class Participant {
    private final Map<Long, Short> epochs = new HashMap<>();
    private final Set<ProducerIdentity> open = new HashSet<>();
    private final Map<ProducerIdentity, Outcome> outcomes = new HashMap<>();

    /** @param log identities for records, and markers */
    Participant(List<Object> log) {
        for (var entry : log) {
            if (entry instanceof Marker marker) {
                epochs.merge(marker.producer().producerId(), marker.producer().epoch(), (a, b) -> a > b ? a : b);
                end(marker);
            } else {
                var producer = (ProducerIdentity) entry;
                epochs.merge(producer.producerId(), producer.epoch(), (a, b) -> a > b ? a : b);
                open.add(producer);
            }
        }
    }

    private void end(Marker marker) {
        open.removeIf(producer -> {
            var isEnded = producer.producerId() == marker.producer().producerId()
                    && producer.epoch() <= marker.producer().epoch();
            if (isEnded) {
                outcomes.put(producer, marker.outcome());
            }
            return isEnded;
        });
    }

    boolean isFenced(ProducerIdentity producer) {
        return epochs.getOrDefault(producer.producerId(), (short) -1) > producer.epoch();
    }

    Set<ProducerIdentity> open() {
        return open;
    }

    Map<ProducerIdentity, Outcome> outcomes() {
        return outcomes;
    }
}
