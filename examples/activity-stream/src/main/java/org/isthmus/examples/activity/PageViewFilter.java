package org.isthmus.examples.activity;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Every page that was really served is a page view. A page is served also when its view cannot be published: that is only logged. */
@WebFilter("/pages/*")
public class PageViewFilter extends HttpFilter {
    private static final Logger log = Logger.getLogger(PageViewFilter.class.getName());
    private static final String VISITOR = "visitor";

    @Inject
    private transient PageViews views;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var visitor = visitor(request, response);
        // A page out of the browser's own store would be seen by nobody here.
        response.setHeader("Cache-Control", "no-store");
        chain.doFilter(request, response);
        if (request.getMethod().equals("GET") && response.getStatus() == HttpServletResponse.SC_OK) {
            publish(new PageView(page(request), visitor, Instant.now()));
        }
    }

    private void publish(PageView view) {
        try {
            views.publish(view);
        } catch (RuntimeException e) {
            log.log(Level.WARNING, "Not published: " + view, e);
        }
    }

    private static String page(HttpServletRequest request) {
        var path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        return path.substring(path.lastIndexOf('/') + 1).replace(".html", "");
    }

    /** A visitor is a browser that brings its cookie back. */
    private static String visitor(HttpServletRequest request, HttpServletResponse response) {
        if (request.getCookies() != null) {
            for (var cookie : request.getCookies()) {
                if (cookie.getName().equals(VISITOR) && cookie.getValue().matches("[0-9a-f]{6}")) {
                    return cookie.getValue();
                }
            }
        }
        var name = UUID.randomUUID().toString().substring(0, 6);
        var cookie = new Cookie(VISITOR, name);
        cookie.setHttpOnly(true);
        cookie.setPath(request.getContextPath() + "/");
        response.addCookie(cookie);
        return name;
    }
}
