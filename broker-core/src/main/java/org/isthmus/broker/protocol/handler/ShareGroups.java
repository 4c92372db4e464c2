package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.share.ShareMembership;
import org.isthmus.broker.coordinator.share.SharePartition;
import org.isthmus.broker.coordinator.share.ShareProgress;
import org.isthmus.broker.coordinator.share.StartAt;

/**
 * Share groups as a whole: their members, and what they have at the partitions that this broker leads. Safe for use by many threads.
 *
 * @param used the partitions that share groups have used, which alone are asked: a question would set up what a partition keeps of its groups
 */
public record ShareGroups(ShareMembership membership, ShareCoordinator shares, ShareGroupConfigs configs, Used used) {
    /** Which of the partitions that are led here share groups have used. Looks at the disk, on a thread that may. */
    public interface Used {
        CompletionStage<Collection<TopicPartition>> all();

        CompletionStage<Collection<TopicPartition>> among(Collection<TopicPartition> partitions);
    }

    /** Every group that has members or state here. */
    CompletionStage<Set<String>> all() {
        return used.all()
                .thenCompose(partitions -> {
                    List<CompletionStage<Collection<String>>> stored =
                            partitions.stream().map(this::groupsAt).toList();
                    return Stages.all(stored);
                })
                .thenCombine(membership.groups(), (stored, present) -> {
                    Set<String> all = new TreeSet<>(present);
                    stored.forEach(all::addAll);
                    return all;
                });
    }

    private CompletionStage<Collection<String>> groupsAt(TopicPartition partition) {
        return ask(partition, share -> CompletableFuture.completedStage(share.groups()), List.of());
    }

    private <A> CompletionStage<A> ask(
            TopicPartition partition, Function<SharePartition, CompletionStage<A>> question, A otherwise) {
        try {
            return shares.ask(partition, question).exceptionally(failure -> otherwise);
        } catch (BrokerException notLedHere) {
            return CompletableFuture.completedStage(otherwise);
        }
    }

    /** Where the group stands in the partitions that it has used, of all that are led here. */
    CompletionStage<Map<TopicPartition, ShareProgress>> progress(String group) {
        return used.all().thenCompose(partitions -> progressAt(partitions, group));
    }

    CompletionStage<Map<TopicPartition, ShareProgress>> progress(String group, Collection<TopicPartition> partitions) {
        return used.among(partitions).thenCompose(found -> progressAt(found, group));
    }

    private CompletionStage<Map<TopicPartition, ShareProgress>> progressAt(
            Collection<TopicPartition> partitions, String group) {
        var asked = List.copyOf(partitions);
        List<CompletionStage<Optional<ShareProgress>>> answers =
                asked.stream().map(partition -> progressAt(partition, group)).toList();
        return Stages.all(answers).thenApply(found -> {
            var progress = new LinkedHashMap<TopicPartition, ShareProgress>();
            for (var i = 0; i < asked.size(); i++) {
                if (found.get(i).isPresent()) {
                    progress.put(asked.get(i), found.get(i).get());
                }
            }
            return progress;
        });
    }

    private CompletionStage<Optional<ShareProgress>> progressAt(TopicPartition partition, String group) {
        return ask(partition, share -> share.progress(group).thenApply(Optional::of), Optional.empty());
    }

    /** Lets the group begin anew at this place of the partition. */
    CompletionStage<Void> restart(String group, TopicPartition partition, StartAt place) {
        try {
            return shares.ask(
                    partition,
                    share -> share.restart(group, configs.opening(group).settings(), place));
        } catch (BrokerException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Fails with {@code NON_EMPTY_GROUP} where the group has members. */
    CompletionStage<Void> refuseMembers(String group) {
        return membership.describe(group).thenAccept(present -> {
            if (present.isPresent()) {
                throw new BrokerException(ErrorCode.NON_EMPTY_GROUP, "share group " + group + " has members");
            }
        });
    }

    /**
     * Forgets what the group has in these partitions. Fails with {@code GROUP_ID_NOT_FOUND} where it has nothing in any of them, with {@code
     * NON_EMPTY_GROUP} where somebody has one of them open or a transaction has records of it.
     */
    CompletionStage<Void> delete(String group, Collection<TopicPartition> partitions) {
        return refuseMembers(group)
                .thenCompose(none -> progress(group, partitions))
                .thenCompose(progress -> {
                    if (progress.isEmpty()) {
                        return CompletableFuture.failedStage(
                                new BrokerException(ErrorCode.GROUP_ID_NOT_FOUND, "there is no share group " + group));
                    }
                    // Of all before any is deleted: what is refused leaves the group as it was.
                    if (progress.values().stream().anyMatch(one -> one.members() > 0 || one.undecided() > 0)) {
                        return CompletableFuture.failedStage(new BrokerException(
                                ErrorCode.NON_EMPTY_GROUP,
                                "share group " + group + " has members, or a transaction has records of it"));
                    }
                    return Stages.all(progress.keySet().stream()
                                    .map(partition -> shares.ask(partition, share -> share.delete(group)))
                                    .toList())
                            .thenApply(done -> null);
                });
    }

    /** As {@link #delete(String, Collection)}, in every partition that is led here. */
    CompletionStage<Void> delete(String group) {
        return used.all().thenCompose(partitions -> delete(group, partitions));
    }
}
