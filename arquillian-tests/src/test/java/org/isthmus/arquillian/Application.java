package org.isthmus.arquillian;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Applications that run unchanged on every server: what only WildFly asks for, the others pass over. */
final class Application {
    private Application() {}

    static WebArchive war(String name, Class<?>... beans) {
        return ShrinkWrap.create(WebArchive.class, name)
                .addClasses(beans)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsWebInfResource(new StringAsset(SEES_THE_ADAPTER), "jboss-deployment-structure.xml")
                .addAsWebInfResource(new StringAsset(bindings(beans)), "jboss-ejb3.xml");
    }

    /** {@link EchoServlet} at {@code echo/echo}, and the bean that it calls. */
    static WebArchive echo() {
        return war("echo.war", EchoBean.class).addClasses(EchoServlet.class, Bookkeeping.class);
    }

    /** {@link BookingServlet} at {@code books/books} and its bean, with these beans more. */
    static WebArchive books(Class<?>... more) {
        var beans = Stream.concat(Stream.of(BookingBean.class), Arrays.stream(more));
        return war("books.war", beans.toArray(Class<?>[]::new))
                .addClasses(Bookkeeping.class, BookingServlet.class, DyingResource.class)
                .addClasses(Death.class, Death.Phase.class, Death.Place.class);
    }

    private static final String SEES_THE_ADAPTER = """
            <jboss-deployment-structure xmlns="urn:jboss:deployment-structure:1.2">
              <deployment><dependencies><module name="deployment.isthmus.rar"/><module name="com.h2database.h2" optional="true"/></dependencies></deployment>
            </jboss-deployment-structure>
            """;

    /** Whose the beans are, and that as many of each may be at work as it says: the pool for beans of this kind has few on a small machine. */
    private static String bindings(Class<?>... beans) {
        return Arrays.stream(beans)
                .map(bean -> """
                          <r:resource-adapter-binding>
                            <ejb-name>%1$s</ejb-name>
                            <r:resource-adapter-name>%2$s.rar</r:resource-adapter-name>
                          </r:resource-adapter-binding>
                          <p:pool><ejb-name>%1$s</ejb-name><p:bean-instance-pool-ref>slsb-strict-max-pool</p:bean-instance-pool-ref></p:pool>
                        """.formatted(bean.getSimpleName(), adapter(bean)))
                .collect(Collectors.joining("", """
                        <jboss:ejb-jar xmlns:jboss="http://www.jboss.com/xml/ns/javaee" xmlns="https://jakarta.ee/xml/ns/jakartaee"
                                       xmlns:r="urn:resource-adapter-binding:2.0" xmlns:p="urn:ejb-pool:2.0" version="4.0">
                          <assembly-descriptor>
                        """, "</assembly-descriptor></jboss:ejb-jar>"));
    }

    /** As the bean says it for the other servers. */
    private static String adapter(Class<?> bean) {
        return Arrays.stream(bean.getAnnotation(MessageDriven.class).activationConfig())
                .filter(property -> property.propertyName().equals("resourceAdapter"))
                .map(ActivationConfigProperty::propertyValue)
                .findFirst()
                .orElseThrow();
    }
}
