package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.util.Hashtable;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import javax.naming.ConfigurationException;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;

/**
 * Administered objects for programs without an application server, made of the environment of the naming context, for example of {@code
 * jndi.properties}:
 *
 * <pre>
 *   java.naming.factory.initial = org.isthmus.jms.IsthmusInitialContextFactory
 *   java.naming.provider.url    = localhost:9092
 *   connectionFactory.orders    = ?clientID=orders&amp;startFrom=earliest
 *   queue.jms/work              = work
 *   topic.jms/news              = news?startFrom=earliest
 * </pre>
 *
 * <p>What stands behind {@code connectionFactory.} is a name, then bootstrap servers, which are those of the provider's URL where it says none,
 * and properties of {@link IsthmusConnectionFactory}, those of TLS too. {@code ConnectionFactory} is always there. No bootstrap servers at all mean the broker
 * embedded in this JVM.
 */
public final class IsthmusInitialContextFactory implements InitialContextFactory {
    private static final String FACTORY = "connectionFactory.";
    private static final String QUEUE = "queue.";
    private static final String TOPIC = "topic.";

    private static final Map<String, BiConsumer<IsthmusConnectionFactory, String>> PROPERTIES = Map.of(
            "clientID", IsthmusConnectionFactory::setClientID,
            "dataDirectory", IsthmusConnectionFactory::setDataDirectory,
            "user", IsthmusConnectionFactory::setUser,
            "password", IsthmusConnectionFactory::setPassword,
            "startFrom", IsthmusConnectionFactory::setStartFrom,
            "trustedPackages", IsthmusConnectionFactory::setTrustedPackages,
            "recordsAsText", (factory, text) -> factory.setRecordsAsText(Boolean.parseBoolean(text)),
            "blockOnAcknowledge", (factory, text) -> factory.setBlockOnAcknowledge(Boolean.parseBoolean(text)),
            "blockOnNonDurableSend", (factory, text) -> factory.setBlockOnNonDurableSend(Boolean.parseBoolean(text)));

    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
        var url = environment.get(Context.PROVIDER_URL);
        var servers = url == null ? "" : url.toString().strip();
        var objects = new TreeMap<String, Object>();
        objects.put("ConnectionFactory", new IsthmusConnectionFactory(servers));
        for (var entry : environment.entrySet()) {
            var key = entry.getKey().toString();
            var value = entry.getValue().toString().strip();
            if (key.startsWith(FACTORY)) {
                objects.put(key.substring(FACTORY.length()), factory(key, value, servers));
            } else if (key.startsWith(QUEUE)) {
                objects.put(key.substring(QUEUE.length()), destination(key, () -> IsthmusDestination.queue(value)));
            } else if (key.startsWith(TOPIC)) {
                objects.put(key.substring(TOPIC.length()), destination(key, () -> IsthmusDestination.topic(value)));
            }
        }
        return new AdministeredObjects(objects, environment);
    }

    private static IsthmusConnectionFactory factory(String key, String value, String defaultServers)
            throws ConfigurationException {
        int options = value.indexOf('?');
        var servers = (options < 0 ? value : value.substring(0, options)).strip();
        var factory = new IsthmusConnectionFactory(servers.isEmpty() ? defaultServers : servers);
        if (options >= 0) {
            for (var option : value.substring(options + 1).split("&", -1)) {
                int equals = option.indexOf('=');
                var name = equals < 0 ? "" : option.substring(0, equals).strip();
                var text = option.substring(equals + 1).strip();
                var property = PROPERTIES.get(name);
                if (property != null) {
                    property.accept(factory, text);
                } else if (!factory.setTls(name, text)) {
                    throw new ConfigurationException(key + ": no property of a connection factory: " + option
                            + "; there are " + new java.util.TreeSet<>(PROPERTIES.keySet()));
                }
            }
        }
        return factory;
    }

    private static IsthmusDestination destination(String key, JmsErrors.Call<? extends IsthmusDestination> made)
            throws ConfigurationException {
        try {
            return made.run();
        } catch (JMSException e) {
            var wrong = new ConfigurationException(key + ": " + e.getMessage());
            wrong.initCause(e);
            throw wrong;
        }
    }
}
