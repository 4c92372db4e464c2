package org.isthmus.arquillian;

import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;

/** What the tasks' application needs of the server. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/factory",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        transactional = false)
@Singleton
public class TaskDefinitions {}
