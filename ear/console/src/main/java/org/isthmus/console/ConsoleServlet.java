package org.isthmus.console;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import javax.management.JMException;
import javax.management.openmbean.CompositeData;

/** What the brokers hold, who consumes it, and what waits for a transaction manager. Reads only; to change something is for other tools. */
public class ConsoleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private static final View TOPICS = new View(
            "Topics",
            List.of("Topic", "Partitions", "Records", "Internal"),
            List.of("name", "partitions", "records", "internal"),
            Adapter::topics);
    private static final View GROUPS = new View(
            "Groups and subscriptions",
            List.of("Group", "Type", "State", "Topic", "Lag"),
            List.of("group", "type", "state", "topic", "lag"),
            Adapter::consumption);
    private static final View BRANCHES = new View(
            "Recoverable branches",
            List.of("Branch", "State", "Age in seconds", "Participants"),
            List.of("xid", "state", "ageSeconds", "participants"),
            Adapter::branches);

    private interface Question {
        List<CompositeData> ask(Adapter adapter) throws JMException;
    }

    /** One of the pages: a table for each broker. */
    private record View(String title, List<String> head, List<String> items, Question question) {
        static View at(String path) {
            return switch (path) {
                case "/groups" -> GROUPS;
                case "/branches" -> BRANCHES;
                default -> TOPICS;
            };
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/html;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.getWriter().print(page(View.at(request.getServletPath()), request.getContextPath()));
    }

    private static String page(View view, String base) throws IOException {
        var page = new Page(view.title(), base);
        try {
            var adapters = Adapter.all();
            if (adapters.isEmpty()) {
                page.paragraph("No adapter of Isthmus runs in this server.");
            }
            for (var adapter : adapters) {
                page.heading(adapter.broker());
                broker(page, view, adapter);
            }
        } catch (JMException e) {
            throw new IOException("The server's management does not answer", e);
        }
        return page.finished();
    }

    /** A broker that does not answer must not hide the others. */
    private static void broker(Page page, View view, Adapter adapter) {
        try {
            page.table(view.head(), view.question().ask(adapter), view.items());
        } catch (JMException e) {
            page.paragraph("It does not answer: " + e.getMessage());
        }
    }
}
