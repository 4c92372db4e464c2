package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.TreeMap;
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
                set(factory, key, name, option.substring(equals + 1).strip());
            }
        }
        return factory;
    }

    private static void set(IsthmusConnectionFactory factory, String key, String name, String text)
            throws ConfigurationException {
        try {
            var property = FactoryProperty.named(name);
            if (property.isPresent()) {
                property.get().set(factory, text);
            } else if (!factory.setTls(name, text)) {
                var known = Arrays.stream(FactoryProperty.values())
                        .map(FactoryProperty::key)
                        .sorted()
                        .toList();
                throw new ConfigurationException(
                        key + ": no property of a connection factory: " + name + "=" + text + "; there are " + known);
            }
        } catch (IllegalArgumentException e) {
            throw wrong(key, e);
        }
    }

    private static IsthmusDestination destination(String key, JmsErrors.Call<? extends IsthmusDestination> made)
            throws ConfigurationException {
        try {
            return made.run();
        } catch (JMSException e) {
            throw wrong(key, e);
        }
    }

    private static ConfigurationException wrong(String key, Exception cause) {
        var wrong = new ConfigurationException(key + ": " + cause.getMessage());
        wrong.initCause(cause);
        return wrong;
    }
}
