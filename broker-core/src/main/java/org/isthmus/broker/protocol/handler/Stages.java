package org.isthmus.broker.protocol.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Waiting for several answers at once. */
final class Stages {
    private Stages() {}

    /** All values, in the order of the stages; fails as soon as one of them does. */
    static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
        CompletionStage<List<T>> all = CompletableFuture.completedStage(new ArrayList<>(stages.size()));
        for (var stage : stages) {
            all = all.thenCombine(stage, (values, value) -> {
                values.add(value);
                return values;
            });
        }
        return all;
    }
}
