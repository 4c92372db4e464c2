package org.isthmus.interop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/** What a program saw of one broker: a line for each question, with its value or the kind of its failure, and nothing that differs from run to run. */
final class Facts {
    private static final Pattern ID =
            Pattern.compile("(?<![\\w.-])(?=[\\w-]*[A-Z])(?=[\\w-]*[a-z])[\\w-]{22}(?![\\w.(-])");

    private final String address;
    private final List<String> lines = new ArrayList<>();

    Facts(String address) {
        this.address = address;
    }

    String address() {
        return address;
    }

    List<String> lines() {
        return lines;
    }

    void tell(String what, Callable<?> question) {
        try {
            lines.add(what + ": " + text(question.call()));
        } catch (Exception e) {
            lines.add(what + " fails: " + cause(e).getClass().getSimpleName());
        }
    }

    /** Where it was wrapped, what was wrapped; where it was wrapped in nothing but Kafka's general failure, the same. */
    private static Throwable cause(Throwable failure) {
        var wraps = failure instanceof ExecutionException
                || failure instanceof CompletionException
                || failure.getClass() == KafkaException.class;
        return wraps && failure.getCause() != null ? cause(failure.getCause()) : failure;
    }

    private String text(Object value) {
        if (value instanceof Collection<?> many) {
            return many.stream().map(this::text).sorted().collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> text(entry.getKey()) + "=" + text(entry.getValue()))
                    .sorted()
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof Optional<?> maybe) {
            return maybe.map(this::text).orElse("nothing");
        }
        return ID.matcher(String.valueOf(value).replace(address, "BROKER")).replaceAll("ID");
    }
}
