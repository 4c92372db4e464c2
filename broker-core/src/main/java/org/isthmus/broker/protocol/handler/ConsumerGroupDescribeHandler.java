package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.TopicPartitions;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.group.ConsumerGroupDescription;
import org.isthmus.broker.coordinator.group.GroupCoordinator;
import org.isthmus.broker.coordinator.group.GroupPhase;
import org.isthmus.broker.coordinator.group.PartitionId;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;

/** ConsumerGroupDescribe: the members of groups of consumers, what each reads and what it is to read. */
final class ConsumerGroupDescribeHandler
        implements ApiHandler<ConsumerGroupDescribeRequestData, ConsumerGroupDescribeResponseData> {
    /** Kafka's numbers for members that speak one protocol or the other. */
    private static final byte CLASSIC_MEMBER = 0;

    private static final byte CONSUMER_MEMBER = 1;

    private final GroupCoordinator groups;
    private final MetadataStore metadata;

    ConsumerGroupDescribeHandler(GroupCoordinator groups, MetadataStore metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public short apiKey() {
        return 69;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public CompletionStage<ConsumerGroupDescribeResponseData> handle(
            RequestContext context, ConsumerGroupDescribeRequestData request) {
        var answers = request.groupIds().stream()
                .distinct()
                .map(groupId -> groups.describeConsumers(groupId)
                        .thenApply(group -> described(context, request.includeAuthorizedOperations(), group))
                        .exceptionally(failure -> new DescribedGroup()
                                .setGroupId(groupId)
                                .setErrorCode(CoordinatorErrors.codeOf(failure))))
                .toList();
        return Stages.all(answers).thenApply(described -> new ConsumerGroupDescribeResponseData().setGroups(described));
    }

    private DescribedGroup described(RequestContext context, boolean withOperations, ConsumerGroupDescription group) {
        var answer = new DescribedGroup().setGroupId(group.groupId());
        if (group.phase() == GroupPhase.DEAD) {
            return answer.setErrorCode(ErrorCode.GROUP_ID_NOT_FOUND.code())
                    .setErrorMessage("There is no group " + group.groupId() + " of the consumer protocol.");
        }
        if (withOperations) {
            answer.setAuthorizedOperations(AuthorizedOperations.ON_GROUP);
        }
        var image = metadata.image();
        return answer.setGroupState(group.phase().wireName())
                .setGroupEpoch(group.epoch())
                .setAssignmentEpoch(group.targetEpoch())
                .setAssignorName(group.assignor())
                .setMembers(group.members().stream()
                        .map(member -> member(context, image, member))
                        .toList());
    }

    private static Member member(
            RequestContext context, ClusterImage image, ConsumerGroupDescription.Described described) {
        var member = described.member();
        var profile = member.profile();
        var answer = new Member()
                .setMemberId(member.id())
                .setInstanceId(profile.instanceId())
                .setRackId(profile.rackId())
                .setMemberEpoch(member.holding().epoch())
                .setClientId(profile.clientId())
                .setClientHost(profile.clientHost())
                .setSubscribedTopicNames(new ArrayList<>(profile.topics()))
                .setSubscribedTopicRegex(profile.pattern() == null ? "" : profile.pattern())
                .setAssignment(assignment(image, member.holding().assigned()))
                .setTargetAssignment(assignment(image, described.target()));
        return context.version() >= 1
                ? answer.setMemberType(member.isClassic() ? CLASSIC_MEMBER : CONSUMER_MEMBER)
                : answer;
    }

    private static Assignment assignment(ClusterImage image, SortedSet<PartitionId> partitions) {
        var assignment = new Assignment();
        GroupedPartitions.byTopic(partitions)
                .forEach((id, numbers) -> image.topic(id).ifPresent(topic -> assignment
                        .topicPartitions()
                        .add(new TopicPartitions()
                                .setTopicId(TopicIds.wire(id))
                                .setTopicName(topic.name())
                                .setPartitions(numbers))));
        return assignment;
    }
}
