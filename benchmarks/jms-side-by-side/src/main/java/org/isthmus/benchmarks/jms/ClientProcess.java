package org.isthmus.benchmarks.jms;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.BrokerSetup;

/** A {@link Client} on a provider's class path. What it and a broker in it log is in {@code client.out} of its directory. */
final class ClientProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer rounds;
    private final Path log;

    /**
     * @param classPath the provider's
     * @param jndi the content of {@code jndi.properties}
     */
    ClientProcess(Path directory, List<Path> classPath, String jndi, List<String> arguments) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("jndi.properties"), jndi);
        log = directory.resolve("client.out");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(BrokerSetup.MEASURED.jvm());
        command.add("-cp");
        command.add(directory + ":"
                + String.join(":", classPath.stream().map(Path::toString).toList()));
        command.add(Client.class.getName());
        command.addAll(arguments);
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        rounds = process.outputWriter(StandardCharsets.UTF_8);
    }

    double[] round(int number) throws IOException {
        rounds.write(number + "\n");
        rounds.flush();
        var answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the client failed: " + Files.readString(log));
        }
        return Arrays.stream(answer.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Override
    public void close() throws IOException {
        rounds.close();
        BrokerProcess.awaitEnd(process);
    }
}
