package org.isthmus.broker.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.group.Caller;
import org.isthmus.broker.coordinator.group.JoinAnswer;
import org.isthmus.broker.coordinator.group.JoinRequest;
import org.isthmus.broker.coordinator.group.Leaver;
import org.isthmus.broker.coordinator.group.PartitionId;
import org.isthmus.broker.coordinator.group.SyncAnswer;
import org.isthmus.broker.coordinator.group.SyncRequest;
import org.isthmus.broker.server.SimulatedCoordinators;

/**
 * A member that speaks the classic protocol and reads nothing while its group rebalances. Whoever leads divides the partitions; what that says is between
 * the members: numbers with blanks between them.
 */
final class ClassicMember extends GroupReader {
    private static final String TYPE = "consumer";
    private static final String PROTOCOL = "range";

    private enum Step {
        JOIN,
        SYNC,
        READ
    }

    private String memberId = "";
    private int generation = -1;
    private Step next = Step.JOIN;
    /** What it is to say as the group's leader; empty where another leads. */
    private Map<String, Bytes> division = Map.of();

    ClassicMember(ClusterWorld cluster, Readership readership, TopicPartition home, int number) {
        super(cluster, readership, home, number);
    }

    @Override
    String memberId() {
        return memberId;
    }

    @Override
    int generation() {
        return generation;
    }

    /** A question that was not answered is asked again. */
    @Override
    void missedAnswer() {}

    @Override
    void forget() {
        super.forget();
        memberId = "";
        generation = -1;
        next = Step.JOIN;
    }

    @Override
    void leave() {
        var leaver = new Leaver(memberId, null);
        askInOrder(groups -> groups.leave(readership.group(), List.of(leaver)), (outcomes, came) -> this::goOn);
    }

    @Override
    boolean speaks() {
        switch (next) {
            case JOIN -> join();
            case SYNC -> sync();
            case READ -> {
                if (!isTimeToBeat()) {
                    return false;
                }
                heartbeat();
            }
        }
        return true;
    }

    private Caller caller() {
        return new Caller(readership.group(), memberId, null, generation);
    }

    private void join() {
        readNothing();
        var request = new JoinRequest(
                readership.group(),
                memberId,
                null,
                name(),
                "host",
                (int) SimulatedCoordinators.SESSION.toMillis(),
                REBALANCE_TIMEOUT_MS,
                TYPE,
                List.of(new JoinRequest.Protocol(PROTOCOL, Bytes.EMPTY)),
                true,
                false);
        askInOrder(groups -> groups.join(request), (told, came) -> () -> joined(told));
    }

    private void joined(JoinAnswer told) {
        if (told.error() == ErrorCode.NONE) {
            generation = told.generation();
            division = divide(told.members());
            next = Step.SYNC;
            goOn();
        } else if (told.error() == ErrorCode.MEMBER_ID_REQUIRED) {
            memberId = told.memberId();
            goOn();
        } else {
            refused(told.error());
        }
    }

    /** In turn. */
    private Map<String, Bytes> divide(List<JoinAnswer.Joined> members) {
        var shares = new ArrayList<List<String>>();
        members.forEach(member -> shares.add(new ArrayList<>()));
        var count = members.isEmpty() ? 0 : readership.partitions().size();
        for (var index = 0; index < count; index++) {
            shares.get(index % members.size()).add(Integer.toString(index));
        }
        var divided = new HashMap<String, Bytes>();
        for (var index = 0; index < members.size(); index++) {
            divided.put(
                    members.get(index).memberId(),
                    new Bytes(String.join(" ", shares.get(index)).getBytes(UTF_8)));
        }
        return divided;
    }

    private void sync() {
        var request = new SyncRequest(caller(), TYPE, PROTOCOL, division);
        askInOrder(groups -> groups.sync(request), (told, came) -> () -> synced(told, came));
    }

    private void synced(SyncAnswer told, Heard came) {
        if (told.error() != ErrorCode.NONE) {
            rejoin(told.error());
            return;
        }
        isInTouch(came);
        beats();
        next = Step.READ;
        mayRead(assigned(told.assignment()));
        goOn();
    }

    private SortedSet<PartitionId> assigned(Bytes assignment) {
        var assigned = new TreeSet<PartitionId>();
        for (var index : new String(assignment.array(), UTF_8).split(" ")) {
            if (!index.isEmpty()) {
                assigned.add(readership.partitions().get(Integer.parseInt(index)));
            }
        }
        return assigned;
    }

    private void heartbeat() {
        beats();
        var caller = caller();
        askInOrder(groups -> groups.heartbeat(caller), (error, came) -> () -> {
            if (error == ErrorCode.NONE) {
                isInTouch(came);
                goOn();
            } else {
                rejoin(error);
            }
        });
    }

    private void rejoin(ErrorCode error) {
        next = Step.JOIN;
        readNothing();
        refused(error);
    }
}
