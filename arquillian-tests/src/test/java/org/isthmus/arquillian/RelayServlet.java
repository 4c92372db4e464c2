package org.isthmus.arquillian;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** Sends a letter to the first broker and waits until it has come back from the second; then says what else the server shows of them. */
@WebServlet("/relay")
public class RelayServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var letter = request.getParameter("letter");
        if (letter == null) {
            return; // somebody asks whether it is there
        }
        try (var context = Relay.factory(Relay.FIRST).createContext();
                var arrived = context.createConsumer(context.createQueue(Relay.ARRIVED))) {
            context.createProducer().send(context.createQueue(Relay.LETTERS), letter);
            response.getWriter().print(arrived.receiveBody(String.class, 30_000) + ", shown by " + overviews());
        } catch (Exception e) {
            throw new IOException("The letter is lost", e);
        }
    }

    /** Adapters that management sees. */
    private static int overviews() throws JMException {
        return ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("org.isthmus:type=BrokerOverview,*"), null)
                .size();
    }
}
