package org.isthmus.interop;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process in which Kafka's command-line tools run, one at a time. */
final class ToolJvm implements AutoCloseable {
    record Said(int exitCode, String output) {}

    private final Process process;
    private final DataOutputStream requests;
    private final DataInputStream answers;

    ToolJvm() throws IOException {
        process = new ProcessBuilder(command(ToolShell.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        answers = new DataInputStream(process.getInputStream());
        // Libraries say once how they were set up; nobody is to take that for an answer.
        run(Tool.mainClass("topics"), List.of("--version"), "");
    }

    /** What starts a class of Kafka's tools in a process of its own; its arguments come behind. */
    static List<String> command(String mainClass) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Peers.SMALL_JVM);
        command.addAll(List.of(
                "-Dlog4j2.level=OFF",
                "-Dlog4j2.StatusLogger.level=OFF",
                "-Duser.timezone=UTC",
                "-cp",
                Peers.TEST_CLASSES + File.pathSeparator + Peers.TOOLS + "/*",
                mainClass));
        return command;
    }

    /** For a tool that does its work when its process ends. */
    Said runAlone(String mainClass, List<String> words) throws IOException, InterruptedException {
        var command = command(mainClass);
        command.addAll(words);
        var alone = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(alone.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(alone.waitFor(), output);
    }

    synchronized Said run(String mainClass, List<String> words, String input) throws IOException {
        requests.writeUTF(mainClass);
        requests.writeInt(words.size());
        for (var word : words) {
            requests.writeUTF(word);
        }
        var bytes = input.getBytes(StandardCharsets.UTF_8);
        requests.writeInt(bytes.length);
        requests.write(bytes);
        requests.flush();
        var exitCode = answers.readInt();
        return new Said(exitCode, new String(answers.readNBytes(answers.readInt()), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
