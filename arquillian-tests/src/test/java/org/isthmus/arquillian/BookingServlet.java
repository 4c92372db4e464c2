package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.UserTransaction;
import java.io.IOException;
import org.isthmus.arquillian.DyingResource.Phase;

/** Books a text in a transaction of its own, or has the bean do it, or says what is booked. */
@WebServlet("/books")
public class BookingServlet extends HttpServlet {
    @Resource
    private transient UserTransaction transaction;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            var deadly = Phase.valueOf(parameter(request, "deadly", "NEVER"));
            if (request.getParameter("create") != null) {
                Bookkeeping.create();
            } else if (request.getParameter("book") != null) {
                transaction.begin();
                Bookkeeping.book(request.getParameter("book"), deadly);
                transaction.commit();
            } else if (request.getParameter("work") != null) {
                try (var context = Bookkeeping.factory().createContext()) {
                    context.createProducer()
                            .setProperty("deadly", deadly.name())
                            .send(context.createQueue(Bookkeeping.WORK), request.getParameter("work"));
                }
            }
            response.getWriter().print(Bookkeeping.state());
        } catch (Exception e) {
            throw new IOException("The transaction failed", e);
        }
    }

    private static String parameter(HttpServletRequest request, String name, String otherwise) {
        var given = request.getParameter(name);
        return given == null ? otherwise : given;
    }
}
