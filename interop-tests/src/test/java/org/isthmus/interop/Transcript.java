package org.isthmus.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A command and the lines of its answer, without what differs from one run to the next (addresses, identifiers, times, padding), without
 * stack traces, and without the sentence that a broker adds to an error: the kind of error counts.
 */
record Transcript(String command, List<String> answer) {
    private static final List<Map.Entry<Pattern, String>> VARYING = List.of(
            Map.entry(Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
            Map.entry(Pattern.compile("(?<![\\w.-])(?=[\\w-]*[A-Z])(?=[\\w-]*[a-z])[\\w-]{22}(?![\\w.(-])"), "ID"),
            Map.entry(Pattern.compile("\\b\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d[:.,]\\d{3}"), "DATE"),
            Map.entry(Pattern.compile("\\b1[5-9]\\d{11}\\b"), "TIME"),
            Map.entry(Pattern.compile("/[\\w/-]*/junit-\\d+[^\"\\s]*"), "PATH"),
            Map.entry(Pattern.compile("localhost(/127.0.0.1)?"), "127.0.0.1"),
            Map.entry(Pattern.compile("(errors\\.\\w+Exception): .*"), "$1"),
            Map.entry(Pattern.compile("(errors\\.\\w+Exception)\\."), "$1"),
            Map.entry(Pattern.compile("[ \\t]+"), " "),
            Map.entry(Pattern.compile("TIME \\d+(?= |$)"), "TIME DURATION"));

    private static final Pattern TRACE =
            Pattern.compile("(at .+\\(.+\\)|\\.\\.\\. \\d+ more|Caused by: .*|Suppressed: .*)");

    static Transcript of(Script.Step step, ToolJvm.Said said, String address) {
        var lines = new ArrayList<String>();
        var port = address.substring(address.indexOf(':') + 1);
        for (var line : said.output().split("\\R")) {
            var text = line.replace(address, "BROKER").replace(" " + port + " ", " PORT ");
            for (var varying : VARYING) {
                text = varying.getKey().matcher(text).replaceAll(varying.getValue());
            }
            text = text.strip();
            if (!step.only().isEmpty()) {
                text = text.contains(step.only()) ? step.only() : "";
            }
            if (!text.isEmpty() && !TRACE.matcher(text).matches()) {
                lines.add(text);
            }
        }
        if (step.sorted()) {
            lines.sort(null);
        }
        if (said.exitCode() != 0) {
            lines.add("exit code " + said.exitCode());
        }
        return new Transcript(step.command(), lines);
    }
}
