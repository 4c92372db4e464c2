package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.jms.JMSContext;
import jakarta.jms.Queue;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.UserTransaction;
import java.io.IOException;

/**
 * Orders something in a transaction, by the injected context of that transaction, and waits for the reply by that of the request. Of Jakarta EE
 * alone.
 */
@WebServlet("/orders")
public class NeutralServlet extends HttpServlet {
    @Inject
    private transient JMSContext context;

    @Resource(lookup = "java:global/neutral/orders")
    private transient Queue orders;

    @Resource(lookup = "java:global/neutral/replies")
    private transient Queue replies;

    @Resource
    private transient UserTransaction transaction;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var order = request.getParameter("order");
        if (order == null) {
            return; // somebody asks whether it is there
        }
        try {
            transaction.begin();
            context.createProducer().send(orders, order + " that was taken back");
            transaction.rollback();
            transaction.begin();
            context.createProducer()
                    .setProperty("refuse", request.getParameter("refuse") != null)
                    .send(orders, order);
            transaction.commit();
        } catch (Exception e) {
            throw new IOException("Ordering failed", e);
        }
        try (var consumer = context.createConsumer(replies)) {
            response.getWriter()
                    .print(consumer.receiveBody(String.class, 30_000) + ", then "
                            + consumer.receiveBodyNoWait(String.class));
        }
    }
}
