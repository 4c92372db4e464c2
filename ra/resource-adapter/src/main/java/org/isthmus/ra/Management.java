package org.isthmus.ra;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What one running adapter shows to the server's management, under {@code org.isthmus:type=…,broker=…,adapter=…}. Servers start equal adapters,
 * and administrators deploy one under several names, so each has the lowest number that is free at its broker. The server alone knows which
 * are: adapters of different deployments have no class in common. An adapter works without being managed.
 */
final class Management implements AutoCloseable {
    private static final System.Logger log = System.getLogger(Management.class.getName());
    /** More adapters of one broker than a server has. */
    private static final int MOST_ADAPTERS = 1_000;

    private final List<ObjectName> names = new ArrayList<>();

    private Management() {}

    static Management show(String broker, Map<String, Object> beansByType) {
        var shown = new Management();
        try {
            for (int adapter = 1; adapter <= MOST_ADAPTERS; adapter++) {
                if (shown.isShown(broker, adapter, beansByType)) {
                    return shown;
                }
            }
            log.log(Level.WARNING, "{0} cannot be seen by the server''s management: too many adapters", broker);
        } catch (JMException | SecurityException e) {
            shown.close();
            log.log(Level.WARNING, broker + " cannot be seen by the server's management", e);
        }
        return shown;
    }

    /** False where another adapter has this number, or is just taking it. */
    private boolean isShown(String broker, int adapter, Map<String, Object> beansByType) throws JMException {
        try {
            for (var bean : beansByType.entrySet()) {
                var name = new ObjectName("org.isthmus:type=" + bean.getKey() + ",broker=" + ObjectName.quote(broker)
                        + ",adapter=" + adapter);
                ManagementFactory.getPlatformMBeanServer().registerMBean(bean.getValue(), name);
                names.add(name);
            }
            return true;
        } catch (InstanceAlreadyExistsException e) {
            close();
            return false;
        }
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
        names.clear();
    }
}
