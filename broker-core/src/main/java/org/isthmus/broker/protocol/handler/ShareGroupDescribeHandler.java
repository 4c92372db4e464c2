package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.TopicPartitions;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.ShareMembership;

/** ShareGroupDescribe: the members of share groups, and what each is to read. */
public final class ShareGroupDescribeHandler
        implements ApiHandler<ShareGroupDescribeRequestData, ShareGroupDescribeResponseData> {
    private static final String ASSIGNOR = "simple";

    private final Topics topics;
    private final ShareGroups groups;

    public ShareGroupDescribeHandler(Topics topics, ShareGroups groups) {
        this.topics = topics;
        this.groups = groups;
    }

    @Override
    public short apiKey() {
        return 77;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<ShareGroupDescribeResponseData> handle(
            RequestContext context, ShareGroupDescribeRequestData request) {
        var described = request.groupIds().stream()
                .map(group -> describe(group)
                        .thenApply(found -> request.includeAuthorizedOperations()
                                ? found.setAuthorizedOperations(AuthorizedOperations.ON_GROUP)
                                : found)
                        .exceptionally(failure -> refused(group, failure)))
                .toList();
        return Stages.all(described).thenApply(all -> new ShareGroupDescribeResponseData().setGroups(all));
    }

    private CompletionStage<DescribedGroup> describe(String group) {
        try {
            topics.coordinates(group);
        } catch (BrokerException e) {
            return CompletableFuture.failedStage(e);
        }
        return groups.membership()
                .describe(group)
                .thenCompose(present -> present.isPresent()
                        ? CompletableFuture.completedStage(described(present.get()))
                        : groups.progress(group).thenApply(stored -> {
                            if (stored.isEmpty()) {
                                throw new BrokerException(
                                        ErrorCode.GROUP_ID_NOT_FOUND, "there is no share group " + group);
                            }
                            return new DescribedGroup()
                                    .setGroupId(group)
                                    .setGroupState("Empty")
                                    .setAssignorName(ASSIGNOR);
                        }));
    }

    private DescribedGroup described(ShareMembership.Description group) {
        return new DescribedGroup()
                .setGroupId(group.group())
                .setGroupState("Stable")
                .setGroupEpoch(group.epoch())
                .setAssignmentEpoch(group.epoch())
                .setAssignorName(ASSIGNOR)
                .setMembers(group.members().stream().map(this::member).toList());
    }

    private Member member(ShareMembership.MemberDescription member) {
        return new Member()
                .setMemberId(member.id())
                .setMemberEpoch(member.epoch())
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setSubscribedTopicNames(List.copyOf(member.topics()))
                .setAssignment(new Assignment().setTopicPartitions(partitions(member.assignment())));
    }

    private List<TopicPartitions> partitions(Map<String, SortedSet<Integer>> assignment) {
        var partitions = new ArrayList<TopicPartitions>();
        assignment.forEach((name, indexes) -> topics.image()
                .topic(name)
                .ifPresent(topic -> partitions.add(new TopicPartitions()
                        .setTopicId(TopicIds.wire(topic.id()))
                        .setTopicName(name)
                        .setPartitions(new ArrayList<>(indexes)))));
        return partitions;
    }

    private static DescribedGroup refused(String group, Throwable failure) {
        return new DescribedGroup()
                .setGroupId(group)
                .setGroupState("Dead")
                .setErrorCode(CoordinatorErrors.codeOf(failure))
                .setErrorMessage(Refusal.of(failure).message());
    }
}
