package org.isthmus.arquillian;

import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;
import jakarta.jms.JMSDestinationDefinition;

/** A factory with a user, a client identifier and a pool that begins with twenty connections, of which one at a time has the client identifier. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/named",
        interfaceName = "jakarta.jms.TopicConnectionFactory",
        resourceAdapter = "isthmus",
        user = "j2ee",
        password = "j2ee",
        clientId = "MyClientID",
        transactional = false,
        maxPoolSize = 30,
        minPoolSize = 20)
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/queues",
        interfaceName = "jakarta.jms.QueueConnectionFactory",
        resourceAdapter = "isthmus",
        transactional = false)
@JMSDestinationDefinition(
        name = "java:app/jms/notices",
        interfaceName = "jakarta.jms.Topic",
        className = "org.isthmus.jms.IsthmusTopic",
        destinationName = "notices",
        properties = "physicalName=notices",
        resourceAdapter = "isthmus")
@JMSDestinationDefinition(
        name = "java:app/jms/history",
        interfaceName = "jakarta.jms.Topic",
        className = "org.isthmus.jms.IsthmusTopic",
        destinationName = "history",
        properties = {"physicalName=history", "startFrom=earliest"},
        resourceAdapter = "isthmus")
@Singleton
public class NamedDefinitions {}
