package org.isthmus.benchmarks.mdb.application;

import jakarta.annotation.Resource;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.transaction.UserTransaction;
import java.io.IOException;
import java.util.Arrays;

/** Measures the beans of one queue: messages in a second of a backlog, then the time from a send to the bean for one at a time. */
@WebServlet("/measure")
public class MeasuringServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int IN_TRANSACTION = 250;

    @Resource
    private transient UserTransaction transaction;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var queue = request.getParameter("queue");
        if (queue == null) {
            return; // somebody asks whether it is there
        }
        try {
            var rate = rate(queue, Integer.parseInt(request.getParameter("messages")));
            var times = times(queue, Integer.parseInt(request.getParameter("singles")));
            response.getWriter()
                    .print(rate + " " + times[times.length / 2] / 1e3 + " " + times[times.length * 99 / 100] / 1e3);
        } catch (Exception e) {
            throw new IOException("Measuring " + queue + " failed", e);
        }
    }

    private double rate(String name, int messages) throws Exception {
        Meter.expect(messages, true);
        var queue = Sending.queue(name);
        for (int sent = 0; sent < messages; sent += IN_TRANSACTION) {
            transaction.begin();
            try (var context = Sending.context()) {
                for (int n = sent; n < Math.min(messages, sent + IN_TRANSACTION); n++) {
                    Sending.send(context, queue);
                }
            }
            transaction.commit();
        }
        long start = System.nanoTime();
        Meter.open();
        return messages / ((Meter.awaitAll() - start) / 1e9);
    }

    /** In nanoseconds, sorted. */
    private static long[] times(String name, int messages) throws Exception {
        var times = new long[messages];
        var queue = Sending.queue(name);
        try (var context = Sending.context()) {
            for (int n = 0; n < messages; n++) {
                Meter.expect(1, false);
                long start = System.nanoTime();
                Sending.send(context, queue);
                times[n] = Meter.awaitAll() - start;
            }
        }
        Arrays.sort(times);
        return times;
    }
}
