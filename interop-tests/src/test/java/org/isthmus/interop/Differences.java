package org.isthmus.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The table of {@code docs/kafka-compatibility.md}: where Isthmus answers a tool otherwise than Apache Kafka, and why. A row covers the commands that
 * begin as its first column says; what its second column, a regular expression, finds in a line of their answers is taken out.
 */
final class Differences {
    private record Row(String command, Pattern found) {}

    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\| .+ \\|");

    private final List<Row> rows;
    private final Set<Row> used = ConcurrentHashMap.newKeySet();

    private Differences(List<Row> rows) {
        this.rows = rows;
    }

    static Differences documented() {
        try (var lines = Files.lines(Peers.PROJECT.resolve("docs/kafka-compatibility.md"))) {
            return new Differences(lines.map(ROW::matcher)
                    .filter(matcher -> matcher.matches())
                    .map(matcher -> new Row(
                            matcher.group(1), Pattern.compile(matcher.group(2).replace("\\|", "|"))))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is left to compare of two answers to one command, whose expected differences are taken out. */
    List<String> without(Transcript transcript, Transcript other) {
        if (transcript.answer().equals(other.answer())) {
            return transcript.answer();
        }
        var left = new ArrayList<String>();
        for (var line : transcript.answer()) {
            var rest = line;
            for (var row : rows) {
                if (transcript.command().startsWith(row.command())
                        && row.found().matcher(rest).find()) {
                    used.add(row);
                    rest = row.found().matcher(rest).replaceAll("").strip();
                }
            }
            if (!rest.isEmpty()) {
                left.add(rest);
            }
        }
        return left;
    }

    /** Rows that no answer needed: what they say is no longer so. */
    List<String> unused() {
        return rows.stream()
                .filter(row -> !used.contains(row))
                .map(row -> row.command() + ": " + row.found())
                .toList();
    }
}
