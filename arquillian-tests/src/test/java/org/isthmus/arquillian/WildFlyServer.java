package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** WildFly with a copy of the configuration that it comes with, changed by its own command line interface before it starts. */
final class WildFlyServer extends OwnServer implements Redeploying {
    private static final String FACTORY = "java:/jms/isthmus/ConnectionFactory";
    private static final String SECOND_FACTORY = "java:/jms/second/ConnectionFactory";
    private static final String DESCRIPTOR = "META-INF/ironjacamar.xml";
    private static final int USUAL_PORT = 8080;

    private final Path home = Path.of(System.getProperty("wildfly.home"));
    private final Path base;
    private final List<String> commands = new ArrayList<>();
    private final List<WebArchive> refused = new ArrayList<>();
    private boolean isConfigured;

    WildFlyServer(Path directory) throws Exception {
        super(directory);
        base = directory.resolve("standalone");
        Files.createDirectories(base.resolve("deployments"));
        Files.createDirectories(base.resolve("configuration"));
        try (var files = Files.list(home.resolve("standalone/configuration"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, base.resolve("configuration").resolve(file.getFileName()));
            }
        }
    }

    @Override
    void adapter(Map<String, String> settings) throws Exception {
        settings.forEach((name, value) -> setting("isthmus." + name, value));
        archive(adapterArchive());
    }

    /** What an application gets that names no factory, and a bean that names no adapter. */
    void adapterByDefault() throws Exception {
        adapter();
        commands.add("/subsystem=ee/service=default-bindings:write-attribute(name=jms-connection-factory,value="
                + FACTORY + ")");
        commands.add("/subsystem=ejb3:write-attribute(name=default-resource-adapter-name,value=isthmus.rar)");
    }

    private void setting(String name, String value) {
        commands.add("/system-property=%s:add(value=\"%s\")".formatted(name, value));
    }

    /** Its settings and its factory have names of their own by a descriptor that lies over that of the archive. */
    @Override
    String secondAdapter() throws Exception {
        var own = ShrinkWrap.createFromZipFile(
                        JavaArchive.class, adapterArchive().toFile())
                .get(DESCRIPTOR)
                .getAsset();
        String descriptor;
        try (var text = own.openStream()) {
            descriptor = new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${isthmus.", "${second.")
                    .replace(FACTORY, SECOND_FACTORY)
                    .replace("pool-name=\"isthmus\"", "pool-name=\"second\"");
        }
        var file = Files.writeString(directory.resolve("second.xml"), descriptor);
        commands.add("deployment-overlay add --name=second --content=/" + DESCRIPTOR + "=" + file
                + " --deployments=second.rar");
        setting("second.dataDirectory", directory.resolve("second").toString());
        archive(copyOfAdapter("second.rar"));
        return SECOND_FACTORY;
    }

    @Override
    void database() {
        commands.add("xa-data-source add --name=books --jndi-name=java:/jdbc/books --driver-name=h2 --user-name=books"
                + " --password=books --recovery-username=books --recovery-password=books"
                + " --xa-datasource-properties={\"URL\"=>\"" + url(directory.resolve("database")) + "\"}");
    }

    @Override
    void archive(Path archive) throws Exception {
        Files.copy(archive, deployed(archive), StandardCopyOption.REPLACE_EXISTING);
    }

    /** It is there once the server has started: where a bean is refused at the start, this server ends. */
    @Override
    void refusedApplication(WebArchive application) {
        refused.add(application);
    }

    @Override
    void start(String page) throws Exception {
        super.start(page);
        for (var application : refused) {
            application(application);
        }
    }

    /** The server looks every few seconds, and says what it has done by files beside the archive. */
    @Override
    public void undeploy(Path archive) throws Exception {
        var deployed = deployed(archive);
        Files.delete(deployed);
        awaitFile(deployed + ".undeployed");
    }

    @Override
    public void deployAdapter() throws Exception {
        deploy(adapterArchive());
    }

    @Override
    public void deploy(Path archive) throws Exception {
        archive(archive);
        awaitFile(deployed(archive) + ".deployed");
    }

    private Path deployed(Path archive) {
        return base.resolve("deployments").resolve(archive.getFileName());
    }

    private void awaitFile(String name) throws Exception {
        patiently(() -> Files.exists(Path.of(name)));
        assertThat(Path.of(name)).as(log()).exists();
    }

    @Override
    List<String> names() {
        return Bookkeeping.names(FACTORY, "java:/jdbc/books", "java:jboss/TransactionManager");
    }

    @Override
    List<String> command() throws Exception {
        if (!isConfigured) {
            configure();
            isConfigured = true;
        }
        return modules(
                "org.jboss.as.standalone",
                "--server-config=standalone-full.xml",
                "-Djboss.home.dir=" + home,
                "-Djboss.server.base.dir=" + base,
                "-Djboss.socket.binding.port-offset=" + (port - USUAL_PORT),
                // Nobody asks for these; somebody else may be at a port that follows from the first, and there are no
                // pages then.
                "-Djboss.https.port=0",
                "-Djboss.ajp.port=0",
                "-Djboss.management.http.port=0",
                // It looks every two minutes otherwise.
                "-DRecoveryEnvironmentBean.periodicRecoveryPeriod=5",
                "-DRecoveryEnvironmentBean.recoveryBackoffPeriod=1",
                // It leaves what nobody has decided on alone for twenty seconds otherwise.
                "-DJTAEnvironmentBean.orphanSafetyInterval=1000");
    }

    private void configure() throws Exception {
        var script = new ArrayList<String>();
        script.add("embed-server --server-config=standalone-full.xml");
        script.addAll(commands);
        script.add("stop-embedded-server");
        var file = Files.write(directory.resolve("configure.cli"), script);
        run(modules("org.jboss.as.cli", "--file=" + file), Map.of("JBOSS_HOME", home.toString()));
    }

    private List<String> modules(String main, String... arguments) throws IOException {
        var command = java(
                "-Djboss.home.dir=" + home,
                "-Djboss.server.base.dir=" + base,
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "--add-exports=java.naming/com.sun.jndi.ldap=ALL-UNNAMED");
        for (var opened : List.of(
                "java.base/java.lang",
                "java.base/java.lang.invoke",
                "java.base/java.lang.reflect",
                "java.base/java.io",
                "java.base/java.net",
                "java.base/java.security",
                "java.base/java.util",
                "java.base/java.util.concurrent",
                "java.management/javax.management",
                "java.naming/javax.naming")) {
            command.add("--add-opens=" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-jar",
                home.resolve("jboss-modules.jar").toString(),
                "-mp",
                home.resolve("modules").toString(),
                main));
        command.addAll(List.of(arguments));
        return command;
    }
}
