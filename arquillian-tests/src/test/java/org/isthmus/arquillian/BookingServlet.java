package org.isthmus.arquillian;

import jakarta.annotation.Resource;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.UserTransaction;
import java.io.IOException;
import javax.naming.NamingException;

/** Books a text in a transaction of its own, or has the bean do it with some, or says what is booked. */
@WebServlet("/books")
public class BookingServlet extends HttpServlet {
    @Resource
    private transient UserTransaction transaction;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            var death = Death.valueOf(parameter(request, "death", "NEVER"));
            if (request.getParameter("create") != null) {
                Bookkeeping.create();
            } else if (request.getParameter("book") != null) {
                transaction.begin();
                Bookkeeping.book(request.getParameter("book"), death);
                transaction.commit();
            } else if (request.getParameter("over") != null) {
                sendOverTransactions(request.getParameter("over"));
            } else if (request.getParameter("work") != null) {
                transaction.begin();
                handOut(request.getParameter("work").split(","), death, request);
                transaction.commit();
            }
            response.getWriter().print(Bookkeeping.state());
        } catch (Exception e) {
            throw new IOException("The transaction failed", e);
        }
    }

    /** To all partitions. The one in the middle of them has the bean end a process, where the request says which. */
    private static void handOut(String[] tasks, Death death, HttpServletRequest request) throws NamingException {
        var ends = Long.parseLong(parameter(request, "ends", "0"));
        try (var context = Bookkeeping.factory().createContext()) {
            var producer = context.createProducer()
                    .setProperty("death", death.name())
                    .setProperty("forcibly", request.getParameter("forcibly") != null);
            for (int n = 0; n < tasks.length; n++) {
                producer.setProperty("JMSXGroupID", tasks[n])
                        .setProperty("ends", n == tasks.length / 2 ? ends : 0)
                        .send(context.createQueue(Bookkeeping.WORK), tasks[n]);
            }
        }
    }

    /** By one context, that is there before, between and after transactions of which the first is taken back. */
    private void sendOverTransactions(String text) throws Exception {
        try (var context = Bookkeeping.factory().createContext()) {
            var booked = context.createQueue(Bookkeeping.BOOKED);
            transaction.begin();
            context.createProducer().send(booked, "never");
            transaction.rollback();
            transaction.begin();
            context.createProducer().send(booked, text + " within");
            transaction.commit();
            context.createProducer().send(booked, text + " after");
        }
    }

    private static String parameter(HttpServletRequest request, String name, String otherwise) {
        var given = request.getParameter(name);
        return given == null ? otherwise : given;
    }
}
