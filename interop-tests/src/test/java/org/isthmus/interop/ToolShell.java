package org.isthmus.interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The main class of a JVM that runs Kafka's command-line tools one after another on its own class path, because starting a JVM for each costs
 * more than what the tool does. Uses nothing but the JDK and what it finds by name. Speaks binary on its standard streams: {@link ToolJvm}
 * is the other end.
 */
final class ToolShell {
    static final int TIMED_OUT = -2;
    private static final int FAILED = -3;
    private static final long LIMIT_MS = 90_000;

    private static final List<Runnable> HOOKS = new CopyOnWriteArrayList<>();
    private static volatile int exitCode;
    private static volatile boolean ended;

    private ToolShell() {}

    /** A tool wants to end the process. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1;

        Ended(int code) {
            super("exit " + code, null, false, false);
        }
    }

    /** Takes what a tool prints until it wanted to end the process; what it prints after that would never have been seen. */
    private static final class UntilTheEnd extends FilterOutputStream {
        UntilTheEnd(ByteArrayOutputStream output) {
            super(output);
        }

        @Override
        public void write(int b) throws IOException {
            if (!ended) {
                out.write(b);
            }
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (!ended) {
                out.write(bytes, from, length);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        var requests = new DataInputStream(System.in);
        var answers = new DataOutputStream(System.out);
        takeOverExit();
        while (true) {
            String mainClass;
            try {
                mainClass = requests.readUTF();
            } catch (EOFException e) {
                Runtime.getRuntime().halt(0);
                return;
            }
            var words = new String[requests.readInt()];
            for (var i = 0; i < words.length; i++) {
                words[i] = requests.readUTF();
            }
            var input = requests.readNBytes(requests.readInt());
            answer(mainClass, words, input, answers);
        }
    }

    private static void answer(String mainClass, String[] words, byte[] input, DataOutputStream answers)
            throws IOException, InterruptedException {
        var output = new ByteArrayOutputStream();
        var stream = new PrintStream(new UntilTheEnd(output), true, StandardCharsets.UTF_8);
        System.setIn(new ByteArrayInputStream(input));
        System.setOut(stream);
        System.setErr(stream);
        HOOKS.clear();
        exitCode = 0;
        ended = false;
        var tool = new Thread(() -> run(mainClass, words, stream), mainClass);
        tool.setDaemon(true);
        tool.start();
        tool.join(LIMIT_MS);
        if (tool.isAlive()) {
            stream.println("did not end; it is at");
            for (var frame : tool.getStackTrace()) {
                stream.println("  " + frame);
            }
            exitCode = TIMED_OUT;
        }
        answers.writeInt(exitCode);
        answers.writeInt(output.size());
        output.writeTo(answers);
        answers.flush();
    }

    private static void run(String mainClass, String[] words, PrintStream stream) {
        try {
            Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) words);
        } catch (InvocationTargetException e) {
            if (!ended) {
                stream.println(trace(e.getCause()));
                exitCode = FAILED;
            }
        } catch (ReflectiveOperationException e) {
            stream.println(trace(e));
            exitCode = FAILED;
        }
        ended = false;
        HOOKS.forEach(Runnable::run);
    }

    /** Only the first time counts: the tools catch what ends them, and then say that they failed. */
    private static void end(int code) {
        if (!ended) {
            ended = true;
            exitCode = code;
        }
    }

    private static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** The tools end the process and hang their clean-up on its end; both are to happen to the tool alone. */
    private static void takeOverExit() throws ReflectiveOperationException {
        var exit = Class.forName("org.apache.kafka.common.utils.Exit");
        var loader = exit.getClassLoader();
        for (var name : List.of("Exit", "Halt")) {
            var procedure = Class.forName("org.apache.kafka.common.utils.Exit$Procedure");
            exit.getMethod("set" + name + "Procedure", procedure)
                    .invoke(null, Proxy.newProxyInstance(loader, new Class<?>[] {procedure}, (self, method, given) -> {
                        end((Integer) given[0]);
                        throw new Ended(exitCode);
                    }));
        }
        var adder = Class.forName("org.apache.kafka.common.utils.Exit$ShutdownHookAdder");
        exit.getMethod("setShutdownHookAdder", adder)
                .invoke(null, Proxy.newProxyInstance(loader, new Class<?>[] {adder}, (self, method, given) -> {
                    HOOKS.add((Runnable) given[1]);
                    return null;
                }));
    }
}
