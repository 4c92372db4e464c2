package org.isthmus.broker.coordinator;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;

/**
 * Compiles expressions that come from strangers. They are RE2's, which are matched in time that is linear in the text; but RE2 writes
 * repetitions out and descends into groups by recursion, so thirty characters could take all memory, and a few thousand all of the stack.
 * What an expression would come to is therefore estimated before it is compiled.
 */
public final class BoundedPattern {
    /** Most instructions of one expression; each may have to be looked at for each character of the text. */
    private static final int MAX_PROGRAM = 1_000;

    private static final int MAX_CHARS = 4_096;
    private static final int MAX_DEPTH = 100;
    /** The most that RE2 takes for one repetition. */
    private static final int MAX_REPEAT = 1_000;

    private final String expression;
    /** What the groups around the present one have come to, each until it was opened. */
    private final ArrayDeque<Integer> around = new ArrayDeque<>();
    /** Instructions of the present group so far, and of its last part, which a repetition is about. */
    private int size;

    private int last;
    private int at;

    private BoundedPattern(String expression) {
        this.expression = expression;
    }

    /** Fails with {@link PatternSyntaxException} on what is no expression, and on one that is too large. */
    public static Pattern compile(String expression) {
        new BoundedPattern(expression).check();
        var pattern = Pattern.compile(expression);
        if (pattern.programSize() > MAX_PROGRAM) {
            throw tooLarge(expression);
        }
        return pattern;
    }

    private static PatternSyntaxException tooLarge(String expression) {
        return new PatternSyntaxException("expression is too large", expression);
    }

    private void check() {
        if (expression.length() > MAX_CHARS) {
            throw tooLarge(expression);
        }
        while (at < expression.length()) {
            take();
            // One that RE2 might shrink again may come to more.
            if (size > 4 * MAX_PROGRAM || around.size() > MAX_DEPTH) {
                throw tooLarge(expression);
            }
        }
    }

    private void take() {
        var c = expression.charAt(at++);
        switch (c) {
            case '\\' -> escape();
            case '[' -> characterClass();
            case '(' -> {
                around.push(size);
                size = 0;
                last = 0;
            }
            case ')' -> {
                // A group is kept by two instructions more.
                last = size + 2;
                size = last + (around.isEmpty() ? 0 : around.pop());
            }
            case '{' -> repeat();
            case '*', '+', '?' -> more(1);
            default -> one();
        }
    }

    private void one() {
        last = 1;
        size++;
    }

    private void more(int instructions) {
        last += instructions;
        size += instructions;
    }

    private void escape() {
        if (expression.startsWith("Q", at)) {
            var end = expression.indexOf("\\E", at);
            size += end < 0 ? expression.length() - at : end - at;
            last = 1;
            at = end < 0 ? expression.length() : end + 2;
            return;
        }
        var isNamed =
                expression.startsWith("p{", at) || expression.startsWith("P{", at) || expression.startsWith("x{", at);
        var end = isNamed ? expression.indexOf('}', at) : -1;
        at = end < 0 ? at + 1 : end + 1;
        one();
    }

    private void characterClass() {
        at += expression.startsWith("^", at) ? 1 : 0;
        // A bracket that comes first is one of the characters.
        at += expression.startsWith("]", at) ? 1 : 0;
        while (at < expression.length() && expression.charAt(at) != ']') {
            var end = expression.startsWith("[:", at) ? expression.indexOf(":]", at) : -1;
            if (end >= 0) {
                at = end + 2;
            } else {
                at += expression.charAt(at) == '\\' ? 2 : 1;
            }
        }
        at++;
        one();
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else is characters. */
    private void repeat() {
        var end = expression.indexOf('}', at);
        var bounds = end < 0 ? new String[0] : expression.substring(at, end).split(",", -1);
        var most = 0;
        for (var bound : bounds) {
            most = Math.max(most, count(bound));
        }
        if (bounds.length == 0 || bounds.length > 2 || count(bounds[0]) < 0) {
            one();
            return;
        }
        at = end + 1;
        // Each optional one takes an instruction to pass it by.
        var times = Math.max(1, Math.min(MAX_REPEAT, most));
        more(times * (last + 1) - last);
    }

    private static int count(String digits) {
        return digits.matches("\\d{1,4}") ? Integer.parseInt(digits) : -1;
    }
}
