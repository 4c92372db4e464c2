package org.isthmus.examples.plain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what they say, each with a broker of its own. */
class ExamplesTest {
    private interface Program {
        void run() throws Exception;
    }

    @TempDir
    Path data;

    private List<String> output(Program program) throws Exception {
        System.setProperty("isthmus.data", data.toString());
        var console = System.out;
        var text = new ByteArrayOutputStream();
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(console);
            System.clearProperty("isthmus.data");
        }
        return text.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void messageIsSentAndReceived() throws Exception {
        assertThat(output(SendAndReceive::main)).containsExactly("Received: paint the boat");
    }

    @Test
    void requestIsAnswered() throws Exception {
        assertThat(output(RequestReply::main)).containsExactly("Answer: HOW LOUD IS THE FOGHORN");
    }

    @Test
    void subscriptionIsShared() throws Exception {
        assertThat(output(SharedSubscription::main))
                .containsExactly("First reads: high tide at six", "Second reads: ferry cancelled");
    }
}
