package org.isthmus.broker.coordinator.transaction;

import java.util.Optional;
import org.isthmus.broker.common.ErrorCode;

/**
 * What became of a wish to end a prepared branch.
 *
 * @param producer the identity under which its producer goes on
 * @param heuristic how the branch had been ended by an administrator before, if it had
 */
public record BranchAnswer(ErrorCode error, ProducerIdentity producer, Optional<Outcome> heuristic) {
    static BranchAnswer refused(ErrorCode error) {
        return new BranchAnswer(error, ProducerIdentity.NONE, Optional.empty());
    }

    static BranchAnswer of(Transaction ended) {
        return new BranchAnswer(ErrorCode.NONE, ended.producer(), Optional.empty());
    }
}
