package org.isthmus.ra;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What one running adapter shows to the server's management, under {@code org.isthmus:type=…,broker=…,adapter=…}. Servers start equal adapters,
 * so each has a number. An adapter works without being managed.
 */
final class Management implements AutoCloseable {
    private static final System.Logger log = System.getLogger(Management.class.getName());
    private static final AtomicInteger ADAPTERS = new AtomicInteger();

    private final List<ObjectName> names = new ArrayList<>();

    private Management() {}

    static Management show(String broker, Map<String, Object> beansByType) {
        var shown = new Management();
        int adapter = ADAPTERS.incrementAndGet();
        beansByType.forEach((type, bean) -> {
            try {
                var name = new ObjectName(
                        "org.isthmus:type=" + type + ",broker=" + ObjectName.quote(broker) + ",adapter=" + adapter);
                ManagementFactory.getPlatformMBeanServer().registerMBean(bean, name);
                shown.names.add(name);
            } catch (JMException | SecurityException e) {
                log.log(Level.WARNING, type + " cannot be seen by the server's management", e);
            }
        });
        return shown;
    }

    @Override
    public void close() {
        for (var name : names) {
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
            } catch (JMException | SecurityException e) {
                log.log(Level.DEBUG, "Not registered: " + name, e);
            }
        }
    }
}
