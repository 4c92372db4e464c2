package org.isthmus.interop;

import java.util.ArrayList;
import java.util.List;

/**
 * What is typed at Kafka's tools, a command on each line. A line that begins with {@code |} is typed into the command after it. Where a command
 * begins with {@code ~}, its answer has no promised order and is sorted; with {@code #word}, only that word in it counts. {@code {broker}} stands for the address; where it is missing,
 * {@code --bootstrap-server} is added.
 */
record Script(List<Step> steps) {
    record Step(String command, String input, boolean sorted, String only) {
        List<String> words(String address) {
            var words = new ArrayList<String>();
            for (var word : command.split(" ")) {
                words.add(word.replace("{broker}", address));
            }
            if (!command.contains("{broker}")) {
                words.add("--bootstrap-server");
                words.add(address);
            }
            return words.subList(1, words.size());
        }

        String tool() {
            return command.substring(0, command.indexOf(' ') < 0 ? command.length() : command.indexOf(' '));
        }
    }

    static Script parse(String text) {
        var steps = new ArrayList<Step>();
        var input = new StringBuilder();
        for (var line : text.lines().map(String::strip).toList()) {
            if (line.startsWith("|")) {
                input.append(line.substring(1)).append('\n');
            } else if (!line.isEmpty()) {
                var parts = line.startsWith("~") || line.startsWith("#") ? line.split(" ", 2) : new String[] {"", line};
                steps.add(new Step(
                        parts[1],
                        input.toString(),
                        parts[0].equals("~"),
                        parts[0].startsWith("#") ? parts[0].substring(1) : ""));
                input.setLength(0);
            }
        }
        return new Script(steps);
    }
}
