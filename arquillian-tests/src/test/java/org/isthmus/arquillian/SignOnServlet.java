package org.isthmus.arquillian;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.UserTransaction;
import java.io.IOException;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Comes to the broker by a factory, as a user or as whom the factory says, perhaps in a transaction after it came as the server's own, and tells
 * whether it was let in; or has the bean deliver a parcel.
 */
@SuppressWarnings("BanJNDI") // the names are those of the test
@WebServlet("/sign-on")
public class SignOnServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var parcel = request.getParameter("parcel");
        try {
            response.getWriter().print(parcel == null ? comes(request) : delivered(parcel));
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static String comes(HttpServletRequest request) throws Exception {
        if (request.getParameter("after") == null) {
            return isLetIn(request);
        }
        UserTransaction transaction = InitialContext.doLookup("java:comp/UserTransaction");
        transaction.begin();
        try {
            Bookkeeping.factory().createContext().close();
            return isLetIn(request);
        } finally {
            transaction.rollback();
        }
    }

    private static String isLetIn(HttpServletRequest request) throws NamingException {
        var named = request.getParameter("factory");
        ConnectionFactory factory = named == null ? Bookkeeping.factory() : InitialContext.doLookup(named);
        try (var context = context(factory, request.getParameter("user"), request.getParameter("password"))) {
            context.createProducer().send(context.createQueue("guests"), "hello");
            return "welcome";
        } catch (JMSSecurityRuntimeException e) {
            return "refused";
        }
    }

    private static JMSContext context(ConnectionFactory factory, String user, String password) {
        return user == null ? factory.createContext() : factory.createContext(user, password);
    }

    private static String delivered(String parcel) throws NamingException {
        try (var context = Bookkeeping.factory().createContext();
                var delivered = context.createConsumer(context.createQueue(ParcelBean.DELIVERED))) {
            context.createProducer().send(context.createQueue(ParcelBean.PARCELS), parcel);
            return delivered.receiveBody(String.class, 30_000);
        }
    }
}
