package org.isthmus.arquillian;

import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;
import jakarta.jms.JMSDestinationDefinition;

/** What the application under test needs of the server. WildFly takes definitions from beans of their own class file only. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/factory",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        transactional = false)
@JMSDestinationDefinition(
        name = "java:app/jms/greetings",
        interfaceName = "jakarta.jms.Topic",
        className = "org.isthmus.jms.IsthmusTopic",
        destinationName = "greetings",
        properties = "physicalName=greetings",
        resourceAdapter = "isthmus")
@Singleton
public class Definitions {}
