package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker is started with, wherever that was said. */
class CommandLineTest {
    @TempDir
    Path directory;

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("broker.properties"), text).toString();
    }

    @Test
    void fileSaysWhatTheCommandLineDoesNot() throws Exception {
        var file = file("listeners=PLAINTEXT://:1,SSL://b:2\nssl.key.password=a b \nnum.partitions=3\nlog.dirs=x\n");

        var config = CommandLine.parse("serve", "--config", "num.partitions=4", "--properties", file);

        assertThat(config.listeners())
                .containsExactly(new Endpoint.Tcp("0.0.0.0", 1, false), new Endpoint.Tcp("b", 2, true));
        assertThat(config.settings())
                .containsEntry("num.partitions", "4")
                .containsEntry("ssl.key.password", "a b ")
                .doesNotContainKey("listeners");
        assertThat(config.dataDirectory()).isEqualTo(Path.of("x"));
        assertThat(CommandLine.parse("serve", "--listen", "c:3", "--properties", file)
                        .listeners())
                .containsExactly(new Endpoint.Tcp("c", 3));
    }

    @Test
    void listenerSaysWhetherItSpeaksTls() throws Exception {
        assertThat(CommandLine.parse("serve", "--listen", "SASL_SSL://a:1", "--listen", "sasl_plaintext://b:2")
                        .listeners())
                .containsExactly(new Endpoint.Tcp("a", 1, true), new Endpoint.Tcp("b", 2));
        assertThat(CommandLine.parse("serve").listeners()).containsExactly(new Endpoint.Tcp("127.0.0.1", 9092));
        assertThatThrownBy(() -> CommandLine.parse("serve", "--listen", "INTERNAL://a:1"))
                .isInstanceOf(CommandLine.UsageException.class)
                .hasMessageContaining("'INTERNAL' is none of the protocols");
    }

    @Test
    void whoSaysItWrongIsToldHowThatCommandIsSaid() {
        assertThat(misuse("topics", "shrink")).contains("'topics shrink' is not understood", "topics describe TOPIC");
        assertThat(misuse("serve", "--colour", "red")).contains("'--colour' is not understood", "--data DIR");
        assertThat(misuse("groups", "--login", "/no/such/file")).contains("there is no file /no/such/file");
    }

    private static String misuse(String... words) {
        var said = new ByteArrayOutputStream();
        var err = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertThat(Main.run(System.out, err, words)).isPositive();
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void fileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> CommandLine.parse("serve", "--properties", "/no/such/file"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/such/file");
    }
}
