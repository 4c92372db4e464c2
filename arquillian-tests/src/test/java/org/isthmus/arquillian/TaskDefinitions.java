package org.isthmus.arquillian;

import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;
import jakarta.jms.JMSDestinationDefinition;

/** What the tasks' application needs of the server. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/factory",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        transactional = false)
@JMSDestinationDefinition(
        name = "java:app/jms/tasks",
        interfaceName = "jakarta.jms.Queue",
        className = "org.isthmus.jms.IsthmusQueue",
        destinationName = "tasks",
        properties = "physicalName=tasks",
        resourceAdapter = "isthmus")
@Singleton
public class TaskDefinitions {}
