package org.isthmus.benchmarks.mdb;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The application that is measured: the same classes for both, with descriptors that name the adapter. */
final class MeasuredApplication {
    private static final String CLASSES = "org/isthmus/benchmarks/mdb/application/";
    private static final List<String> BEANS = List.of("PlainBean", "TransactedBean", "ForwardingBean");
    private static final List<String> OTHERS = List.of("Meter", "Sending", "MeasuringServlet");
    static final List<String> QUEUES = List.of("plain", "transacted", "forwarding");

    private MeasuredApplication() {}

    static void write(Path archive, Adapter adapter) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (var name : BEANS) {
                copy(zip, name);
            }
            for (var name : OTHERS) {
                copy(zip, name);
            }
            var destinations = new StringBuilder();
            QUEUES.forEach(queue -> destinations.append(adapter.destination(queue)));
            text(zip, "WEB-INF/web.xml", """
                    <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                    %s%s
                    </web-app>
                    """.formatted(destinations, adapter.destination("forwarded")));
            text(zip, "WEB-INF/jboss-deployment-structure.xml", """
                    <jboss-deployment-structure xmlns="urn:jboss:deployment-structure:1.2">
                      <deployment><dependencies>%s</dependencies></deployment>
                    </jboss-deployment-structure>
                    """.formatted(adapter.module()));
            var bindings = new StringBuilder();
            BEANS.forEach(bean -> bindings.append(adapter.binding(bean)));
            text(zip, "WEB-INF/jboss-ejb3.xml", """
                    <jboss:ejb-jar xmlns:jboss="http://www.jboss.com/xml/ns/javaee" xmlns="https://jakarta.ee/xml/ns/jakartaee"
                                   xmlns:r="urn:resource-adapter-binding:2.0" version="4.0">
                      <assembly-descriptor>%s</assembly-descriptor>
                    </jboss:ejb-jar>
                    """.formatted(bindings));
        }
    }

    private static void copy(ZipOutputStream zip, String name) throws IOException {
        var path = CLASSES + name + ".class";
        zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + path));
        try (var bytes = MeasuredApplication.class.getClassLoader().getResourceAsStream(path)) {
            if (bytes == null) {
                throw new IOException("not on the class path: " + path);
            }
            bytes.transferTo(zip);
        }
    }

    private static void text(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        ((OutputStream) zip).write(text.getBytes(StandardCharsets.UTF_8));
    }
}
