package org.isthmus.arquillian;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import javax.naming.NamingException;

/** Calls the bean by a connection of the server's pool, and waits for the echo. */
@WebServlet("/echo")
public class EchoServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var call = request.getParameter("call");
        if (call == null) {
            return; // somebody asks whether it is there
        }
        try (var context = Bookkeeping.factory().createContext();
                var echoes = context.createConsumer(context.createQueue(EchoBean.ECHOES))) {
            context.createProducer().send(context.createQueue(EchoBean.CALLS), call);
            response.getWriter().print(echoes.receiveBody(String.class, 50_000));
        } catch (NamingException e) {
            throw new IOException(e);
        }
    }
}
