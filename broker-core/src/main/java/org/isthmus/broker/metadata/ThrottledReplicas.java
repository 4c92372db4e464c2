package org.isthmus.broker.metadata;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerId;

/** Which replicas of a topic a rate is about, as Kafka's tools say it: {@code PARTITION:BROKER}, one after another, or {@code *} for all. */
public record ThrottledReplicas(String list) {
    private static final String ALL = "*";
    /** Or none, as Apache Kafka has it. */
    private static final Pattern ONE = Pattern.compile("\\s*([0-9]{1,9}:[0-9]{1,9})?\\s*");

    static boolean isList(String value) {
        return value.equals(ALL) || Arrays.stream(value.split(",", -1)).allMatch(ONE.asMatchPredicate());
    }

    /** The partitions, of so many that the topic has, whose replica on this broker is meant. */
    public IntStream partitionsOn(BrokerId broker, int count) {
        if (list.equals(ALL)) {
            return IntStream.range(0, count);
        }
        var there = ":" + broker;
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(one -> one.endsWith(there))
                .mapToInt(one -> Integer.parseInt(one.substring(0, one.length() - there.length())));
    }
}
