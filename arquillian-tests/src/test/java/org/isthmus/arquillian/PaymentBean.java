package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Writes each payment into a table and sends a receipt; one that asks for it is refused at its first delivery, after both were done. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "resourceAdapter", propertyValue = "isthmus"),
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "payments"),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue"),
            @ActivationConfigProperty(propertyName = "redeliveryDelay", propertyValue = "10"),
        })
public class PaymentBean implements MessageListener {
    @Resource
    private MessageDrivenContext context;

    @Resource(lookup = "java:app/jms/payments")
    private ConnectionFactory factory;

    @Resource(lookup = "java:app/jdbc/payments")
    private DataSource database;

    @Override
    public void onMessage(Message message) {
        try {
            int delivery = message.getIntProperty("JMSXDeliveryCount");
            var text = message.getBody(String.class) + " at delivery " + delivery;
            book(text, factory, database);
            if (delivery == 1 && message.getBooleanProperty("refuse")) {
                context.setRollbackOnly();
            }
        } catch (JMSException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the transaction of the caller. */
    static void book(String text, ConnectionFactory factory, DataSource database) throws SQLException {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement("insert into payments values (?)")) {
            insert.setString(1, text);
            insert.executeUpdate();
        }
        try (var jms = factory.createContext()) {
            jms.createProducer().send(jms.createQueue("receipts"), text);
        }
    }
}
