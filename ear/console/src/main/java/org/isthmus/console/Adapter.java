package org.isthmus.console;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * One broker, as an adapter of this server shows it to the server's management. Knows names of attributes and nothing of the adapter's classes,
 * which a console in another archive would not see.
 */
record Adapter(String broker, String number) {
    private static final String DOMAIN = "org.isthmus";

    /** One for each broker: a server may run several adapters with the same configuration. */
    static List<Adapter> all() throws JMException {
        var found = new TreeMap<String, Adapter>();
        for (var name : ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName(DOMAIN + ":type=BrokerOverview,*"), null)) {
            var broker = ObjectName.unquote(name.getKeyProperty("broker"));
            found.putIfAbsent(broker, new Adapter(broker, name.getKeyProperty("adapter")));
        }
        return List.copyOf(found.values());
    }

    List<CompositeData> topics() throws JMException {
        return read("BrokerOverview", "Topics");
    }

    List<CompositeData> consumption() throws JMException {
        return read("BrokerOverview", "Consumption");
    }

    List<CompositeData> branches() throws JMException {
        return read("RecoverableBranches", "Branches");
    }

    private List<CompositeData> read(String type, String attribute) throws JMException {
        var name =
                new ObjectName(DOMAIN + ":type=" + type + ",broker=" + ObjectName.quote(broker) + ",adapter=" + number);
        try {
            return Arrays.asList(
                    (CompositeData[]) ManagementFactory.getPlatformMBeanServer().getAttribute(name, attribute));
        } catch (MBeanException e) {
            // What the adapter says is in the cause.
            throw new MBeanException(
                    e.getTargetException(),
                    String.valueOf(e.getTargetException().getMessage()));
        }
    }
}
