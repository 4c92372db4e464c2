package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Payara Server with a domain of its own, which is given its commands at the first start and keeps what they did. */
final class PayaraServer extends OwnServer implements Redeploying {
    private final PayaraCommands commands = new PayaraCommands();
    private final Path asadmin = Path.of(System.getProperty("payara.home"), "bin", "asadmin");
    private final Path domains;
    private final int adminPort = freePort();

    PayaraServer(Path directory) throws Exception {
        super(directory);
        domains = directory.resolve("domains");
        run(
                List.of(
                        asadmin.toString(),
                        "create-domain",
                        "--nopassword",
                        "--domaindir",
                        domains.toString(),
                        "--domainproperties",
                        "http.ssl.port=" + freePort() + ":jms.port=" + freePort() + ":domain.jmxPort=" + freePort()
                                + ":orb.listener.port=" + freePort() + ":orb.ssl.port=" + freePort()
                                + ":orb.mutualauth.port="
                                + freePort() + ":hazelcast.start.port=" + freePort() + ":hazelcast.das.port="
                                + freePort()
                                + ":java.debugger.port=" + freePort() + ":osgi.shell.telnet.port=" + freePort(),
                        "--adminport",
                        Integer.toString(adminPort),
                        "--instanceport",
                        Integer.toString(port),
                        "isthmus"),
                Map.of());
        commands.jmsService();
    }

    @Override
    void adapter(Map<String, String> settings) {
        commands.adapter(adapterArchive(), settings);
    }

    @Override
    String secondAdapter() throws IOException {
        var settings = Map.of("dataDirectory", directory.resolve("second").toString());
        commands.adapter("second", copyOfAdapter("second.rar"), settings, PayaraCommands.SECOND_FACTORY);
        return PayaraCommands.SECOND_FACTORY;
    }

    @Override
    void database() {
        commands.database(directory.resolve("database"));
    }

    @Override
    void archive(Path archive) {
        commands.archive(archive);
    }

    @Override
    List<String> names() {
        return Bookkeeping.names(PayaraCommands.FACTORY, PayaraCommands.DATABASE, "java:appserver/TransactionManager");
    }

    @Override
    public void undeploy(Path archive) throws Exception {
        administer("undeploy", "--cascade=true", nameOf(archive));
    }

    @Override
    public void deployAdapter() throws Exception {
        var commands = PayaraCommands.deployment("isthmus", adapterArchive(), PayaraCommands.FACTORY);
        administer(
                "multimode",
                "--file",
                Files.writeString(directory.resolve("again.asadmin"), commands).toString());
    }

    @Override
    public void deploy(Path archive) throws Exception {
        administer("deploy", archive.toString());
    }

    private static String nameOf(Path archive) {
        return archive.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    }

    private void administer(String... command) throws Exception {
        var whole = new ArrayList<>(List.of(asadmin.toString(), "--port", Integer.toString(adminPort)));
        whole.addAll(List.of(command));
        run(whole, Map.of());
    }

    /** The command that starts it, as it tells it itself: asadmin would be another process. */
    @Override
    List<String> command() throws Exception {
        var told = directory.resolve("command.txt");
        var ask = new ArrayList<>(
                List.of(asadmin.toString(), "start-domain", "--dry-run", "--domaindir", domains.toString()));
        ask.addAll(commands.once(directory));
        ask.add("isthmus");
        var asking = new ProcessBuilder(ask).redirectOutput(told.toFile()).start();
        assertThat(asking.waitFor(5, TimeUnit.MINUTES)).isTrue();
        var lines = Files.readAllLines(told).stream().map(String::strip).toList();
        var command = new ArrayList<>(lines.subList(1, lines.indexOf("")));
        command.addAll(1, options());
        return command;
    }
}
