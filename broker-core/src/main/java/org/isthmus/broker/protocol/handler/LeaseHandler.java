package org.isthmus.broker.protocol.handler;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Leases;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.protocol.codec.LeaseAnswer;
import org.isthmus.broker.protocol.codec.LeaseRequest;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.runtime.Clock;

/**
 * Lease: takes a name until the holder gives it up, or its connection ends and it does not come back by another. The broker that would coordinate a
 * group of the name keeps it.
 */
public final class LeaseHandler extends OwnApiHandler<LeaseRequest, LeaseAnswer> {
    private record Key(String name, String holder) {}

    private final GroupCoordinator groups;
    private final Leases leases;

    public LeaseHandler(GroupCoordinator groups, Clock clock) {
        super(OwnApi.LEASE);
        this.groups = groups;
        leases = new Leases(clock);
    }

    @Override
    CompletionStage<LeaseAnswer> answer(RequestContext context, LeaseRequest asked) {
        return groups.whileCoordinator(asked.name(), reign -> answer(context, asked, reign));
    }

    @Override
    LeaseAnswer refused(Throwable failure) {
        return new LeaseAnswer(
                CoordinatorErrors.codeOf(failure), Refusal.of(failure).message());
    }

    private LeaseAnswer answer(RequestContext context, LeaseRequest asked, Object reign) {
        var key = new Key(asked.name(), asked.holder());
        if (asked.ends()) {
            context.connection().forget(key);
            leases.give(asked.name(), asked.holder());
        } else {
            var claim = new Leases.Claim(
                    asked.name(), asked.holder(), asked.terms(), asked.shared(), reign, context.connection());
            leases.take(claim);
            context.connection().onEnd(key, () -> leases.lapse(claim));
        }
        return new LeaseAnswer(ErrorCode.NONE.code(), null);
    }
}
