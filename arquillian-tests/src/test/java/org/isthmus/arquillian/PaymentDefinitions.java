package org.isthmus.arquillian;

import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.ejb.Singleton;
import jakarta.jms.JMSConnectionFactoryDefinition;

/** A factory and a database that both take part in the container's transactions. WildFly takes definitions from beans of their own class file only. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/payments",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus")
@DataSourceDefinition(
        name = "java:app/jdbc/payments",
        className = "org.h2.jdbcx.JdbcDataSource",
        url = "jdbc:h2:mem:payments;DB_CLOSE_DELAY=-1",
        user = "payments",
        password = "payments")
@Singleton
public class PaymentDefinitions {}
