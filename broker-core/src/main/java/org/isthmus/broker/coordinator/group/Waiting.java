package org.isthmus.broker.coordinator.group;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/**
 * The members of one group that wait for the same thing, in the order in which they came. Soft state: what they wait for is in the log,
 * that they wait is not. Owned by the shard's loop.
 *
 * @param <A> what they are answered
 */
final class Waiting<A> {
    private final Map<String, CompletableFuture<A>> answers = new LinkedHashMap<>();
    private final Function<ErrorCode, A> refusal;

    Waiting(Function<ErrorCode, A> refusal) {
        this.refusal = refusal;
    }

    /** A member waits from now on. If it waits already, it asked twice, and only the later question is still heard. */
    CompletableFuture<A> await(String memberId) {
        refuse(memberId, ErrorCode.REBALANCE_IN_PROGRESS, CompletableFuture.completedStage(null));
        var answer = new CompletableFuture<A>();
        answers.put(memberId, answer);
        return answer;
    }

    boolean contains(String memberId) {
        return answers.containsKey(memberId);
    }

    List<String> memberIds() {
        return List.copyOf(answers.keySet());
    }

    boolean isEmpty() {
        return answers.isEmpty();
    }

    /** Answers everybody with what is so now, as soon as that is committed. */
    void answerAll(Function<String, A> answerOf, CompletionStage<Void> committed) {
        answers.forEach((memberId, answer) -> complete(answer, answerOf.apply(memberId), committed));
        answers.clear();
    }

    void refuseAll(ErrorCode error, CompletionStage<Void> committed) {
        answerAll(memberId -> refusal.apply(error), committed);
    }

    void refuse(String memberId, ErrorCode error, CompletionStage<Void> committed) {
        var answer = answers.remove(memberId);
        if (answer != null) {
            complete(answer, refusal.apply(error), committed);
        }
    }

    private static <A> void complete(CompletableFuture<A> answer, A value, CompletionStage<Void> committed) {
        committed.whenComplete((done, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(new BrokerException(
                        ErrorCode.NOT_COORDINATOR, "the group's shard stopped being led here", failure));
            }
        });
    }
}
