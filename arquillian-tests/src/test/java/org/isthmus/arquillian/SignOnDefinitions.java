package org.isthmus.arquillian;

import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;

/** Factories that say as whom they come: one of them rightly. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/ann",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        user = "ann",
        password = "apple")
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/impostor",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        user = "ann",
        password = "pear")
@Singleton
public class SignOnDefinitions {}
