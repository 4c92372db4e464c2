package org.isthmus.benchmarks.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Lines over two logarithmic axes, as SVG. */
final class Plot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 100;
    private static final int RIGHT = 200;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final int LABEL_HEIGHT = 15;
    private static final List<String> COLOURS = List.of("#7a7a7a", "#b5651d", "#1f5fa8", "#2e8b57", "#a02060");

    private final String title;
    private final String xName;
    private final String yName;
    private final int[] xs;
    private final List<Line> lines = new ArrayList<>();

    private record Line(String name, double[] ys) {
        double end() {
            return ys[ys.length - 1];
        }
    }

    Plot(String title, String xName, String yName, int[] xs) {
        this.title = title;
        this.xName = xName;
        this.yName = yName;
        this.xs = xs.clone();
    }

    void line(String name, double[] ys) {
        lines.add(new Line(name, ys));
    }

    String svg() {
        var svg = new StringBuilder();
        add(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH,
                HEIGHT);
        add(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
        add(svg, "<text x=\"%d\" y=\"25\" font-size=\"15\">%s</text>", LEFT, title);
        for (var x : xs) {
            add(
                    svg,
                    "<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\" stroke=\"#e4e4e4\"/>",
                    atX(x),
                    TOP,
                    HEIGHT - BOTTOM);
            add(svg, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,d</text>", atX(x), HEIGHT - BOTTOM + 18, x);
        }
        for (var power = low(); power <= high(); power++) {
            var y = atY(Math.pow(10, power));
            add(
                    svg,
                    "<line x1=\"%1$d\" x2=\"%2$d\" y1=\"%3$.1f\" y2=\"%3$.1f\" stroke=\"#e4e4e4\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    y);
            add(
                    svg,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,d</text>",
                    LEFT - 8,
                    y + 4,
                    Math.round(Math.pow(10, power)));
        }
        add(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 18,
                xName);
        add(
                svg,
                "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                yName);
        drawLines(svg);
        return svg.append("</svg>\n").toString();
    }

    private void drawLines(StringBuilder svg) {
        var labelled = Double.NEGATIVE_INFINITY;
        // From the top, each label below the one before.
        for (var line : lines.stream()
                .sorted(Comparator.comparing(Line::end).reversed())
                .toList()) {
            var colour = COLOURS.get(lines.indexOf(line) % COLOURS.size());
            var points = new StringBuilder();
            for (var i = 0; i < xs.length; i++) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", atX(xs[i]), atY(line.ys[i])));
                add(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", atX(xs[i]), atY(line.ys[i]), colour);
            }
            add(
                    svg,
                    "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
                    points.toString().strip(),
                    colour);
            labelled = Math.max(labelled + LABEL_HEIGHT, atY(line.end()) + 4);
            add(
                    svg,
                    "<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s</text>",
                    WIDTH - RIGHT + 10,
                    labelled,
                    colour,
                    line.name);
        }
    }

    private static void add(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private double atX(double x) {
        var share = Math.log10(x / xs[0]) / Math.log10((double) xs[xs.length - 1] / xs[0]);
        return LEFT + share * (WIDTH - RIGHT - LEFT);
    }

    private double atY(double y) {
        var share = (Math.log10(y) - low()) / (high() - low());
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
    }

    private int low() {
        return (int) Math.floor(Math.log10(all().min().orElse(1)));
    }

    private int high() {
        return (int) Math.ceil(Math.log10(all().max().orElse(10)));
    }

    private DoubleStream all() {
        return lines.stream().flatMapToDouble(line -> Arrays.stream(line.ys));
    }
}
