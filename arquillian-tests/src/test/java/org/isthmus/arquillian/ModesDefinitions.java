package org.isthmus.arquillian;

import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;

/** A factory that takes part in the container's transactions. */
@JMSConnectionFactoryDefinition(
        name = ModesDefinitions.FACTORY,
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus")
@Singleton
public class ModesDefinitions {
    static final String FACTORY = "java:app/jms/modes";
}
