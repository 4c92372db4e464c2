package org.isthmus.broker.coordinator.group;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isthmus.broker.common.ErrorCode;

/** A client of the consumer protocol that does one thing when it is told to: it beats, or goes one step towards what it was given. */
final class SimulatedConsumer implements SimulatedMember {
    private static final int REBALANCE_TIMEOUT_MS = 30_000;

    private final GroupRig rig;
    private final String instanceId;
    private final String assignor;
    private Set<String> topics;
    private String pattern = "";
    String memberId;
    int epoch;
    ErrorCode lastError = ErrorCode.NONE;

    /** What it reads. */
    final SortedSet<PartitionId> owned = new TreeSet<>();

    private SortedSet<PartitionId> given = Partitions.NONE;
    private SortedSet<PartitionId> said = Partitions.NONE;
    private boolean isBeating;
    private boolean saysAll = true;
    private int life;

    SimulatedConsumer(GroupRig rig, String memberId, String instanceId, String assignor, Set<String> topics) {
        this.rig = rig;
        this.memberId = memberId;
        this.instanceId = instanceId;
        this.assignor = assignor;
        this.topics = topics;
    }

    @Override
    public String memberId() {
        return memberId;
    }

    @Override
    public SortedSet<PartitionId> owned() {
        return owned;
    }

    @Override
    public void subscribe(Set<String> wanted) {
        topics = wanted;
        saysAll = true;
    }

    void subscribe(String expression) {
        topics = Set.of();
        pattern = expression;
        saysAll = true;
    }

    /** One heartbeat, unless one is under way. */
    @Override
    public void beat() {
        if (!isBeating) {
            send(epoch, saysAll || epoch == 0, false);
        }
    }

    /** One heartbeat whose answer does not arrive. */
    @Override
    public void beatInVain() {
        if (!isBeating) {
            send(epoch, saysAll || epoch == 0, true);
        }
    }

    private void send(int sentEpoch, boolean all, boolean inVain) {
        isBeating = true;
        saysAll = false;
        var sentLife = life;
        var joins = sentEpoch == ConsumerBeat.JOIN;
        if (joins) {
            owned.clear();
        }
        var beat = new ConsumerBeat(
                GroupRig.GROUP,
                memberId,
                sentEpoch,
                instanceId,
                null,
                "client",
                "/127.0.0.1",
                all ? REBALANCE_TIMEOUT_MS : -1,
                all ? topics : null,
                all ? pattern : null,
                all ? assignor : null,
                all || !owned.equals(said) ? Partitions.of(owned) : null);
        said = Partitions.of(owned);
        rig.settled(rig.groups.consume(beat)).whenComplete((answer, failure) -> {
            if (sentLife != life) {
                return;
            }
            isBeating = false;
            if (failure != null || inVain) {
                saysAll = true;
            } else {
                hear(answer);
            }
        });
    }

    private void hear(ConsumerAnswer answer) {
        lastError = answer.error();
        switch (answer.error()) {
            case NONE -> {
                epoch = answer.epoch();
                if (answer.assignment() != null) {
                    given = answer.assignment();
                }
            }
            case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_ID_NOT_FOUND -> forget();
            default -> {}
        }
    }

    private void forget() {
        owned.clear();
        given = Partitions.NONE;
        epoch = 0;
        saysAll = true;
    }

    /**
     * Stops reading what it has to give up, or else begins to read what it was given. The latter not while the group may be hearing that it
     * does not: a partition that nobody reads by a member's own word is given to the next one at once.
     */
    @Override
    public void reconcile() {
        var isHeard = !isBeating && !saysAll;
        if (!owned.removeIf(partition -> !given.contains(partition)) && isHeard) {
            owned.addAll(given);
        }
    }

    /** Leaves for good, or, as a static member, to come back under another id. */
    @Override
    public void leave(String nextId) {
        owned.clear();
        if (epoch > 0) {
            var last = instanceId == null ? ConsumerBeat.LEAVE : ConsumerBeat.STEP_ASIDE;
            send(last, false, true);
        }
        life++;
        isBeating = false;
        memberId = nextId;
        forget();
    }
}
