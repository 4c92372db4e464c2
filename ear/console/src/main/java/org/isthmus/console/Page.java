package org.isthmus.console;

import java.util.List;
import javax.management.openmbean.CompositeData;

/** A page under construction. Whatever comes from outside (names of topics, groups, branches) goes through {@link #escaped}. */
final class Page {
    private final StringBuilder html = new StringBuilder();

    Page(String title, String base) {
        html.append("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(title))
                .append(" - Isthmus</title><style>")
                .append("body{font:15px sans-serif;margin:2em auto;max-width:70em;padding:0 1em}")
                .append("table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em .8em .3em 0;")
                .append("border-bottom:1px solid #ccc;overflow-wrap:anywhere}")
                .append(".number{text-align:right}nav a{margin-right:1.5em}</style></head><body><nav>");
        link(base + "/topics", "Topics");
        link(base + "/groups", "Groups and subscriptions");
        link(base + "/branches", "Recoverable branches");
        html.append("</nav><h1>").append(escaped(title)).append("</h1>");
    }

    private void link(String address, String text) {
        html.append("<a href=\"")
                .append(escaped(address))
                .append("\">")
                .append(escaped(text))
                .append("</a>");
    }

    void heading(String text) {
        html.append("<h2>").append(escaped(text)).append("</h2>");
    }

    void paragraph(String text) {
        html.append("<p>").append(escaped(text)).append("</p>");
    }

    /** A row for each, with these items of it; numbers stand at the right. */
    void table(List<String> head, List<CompositeData> rows, List<String> items) {
        html.append("<table><thead><tr>");
        head.forEach(text -> html.append("<th>").append(escaped(text)).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (var row : rows) {
            html.append("<tr>");
            items.forEach(item -> cell(row.get(item)));
            html.append("</tr>");
        }
        html.append("</tbody></table>");
    }

    private void cell(Object value) {
        html.append(value instanceof Number ? "<td class=\"number\">" : "<td>")
                .append(escaped(value instanceof String[] several ? String.join(", ", several) : String.valueOf(value)))
                .append("</td>");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    String finished() {
        return html + "</body></html>";
    }
}
