package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConnectionFactoryDefinition;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sends a number in words, and then its answer means that it is kept; or waits until each subscription has brought so many. */
@JMSConnectionFactoryDefinition(
        name = "java:app/jms/factory",
        interfaceName = "jakarta.jms.ConnectionFactory",
        resourceAdapter = "isthmus",
        transactional = false)
@WebServlet("/ledger")
public class LedgerServlet extends HttpServlet {
    @Resource(lookup = "java:app/jms/factory")
    private transient ConnectionFactory factory;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var number = request.getParameter("send");
        if (number != null) {
            try (var context = factory.createContext()) {
                context.createProducer()
                        .setProperty("JMSXGroupID", "one")
                        .setProperty("number", Integer.parseInt(number))
                        .send(context.createTopic("ledger"), "message " + number);
            }
            response.getWriter().print("sent");
        } else {
            response.getWriter().print(awaitReceived(Integer.parseInt(request.getParameter("await"))));
        }
    }

    private static int awaitReceived(int count) throws IOException {
        try {
            return Ledger.await(count);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
