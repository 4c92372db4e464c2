package org.isthmus.broker.selector;

import java.util.regex.Pattern;

/** Numbers as selectors write them: exact ones like Java's integer literals, approximate ones like its floating-point literals. */
final class Numbers {
    private static final Pattern EXACT = Pattern.compile("(0[xX]\\p{XDigit}+|\\d+)[lL]?");
    private static final Pattern APPROXIMATE = Pattern.compile("(\\d+\\.\\d*|\\.\\d+|\\d+)([eE][+-]?\\d+)?[fFdD]?");

    private Numbers() {}

    /** Where the number ends that begins here, whether it makes sense or not. */
    static int end(String text, int start) {
        var end = start;
        while (end < text.length()) {
            var c = text.charAt(end);
            var isExponentSign = (c == '+' || c == '-')
                    && (text.charAt(end - 1) == 'e' || text.charAt(end - 1) == 'E')
                    && !text.startsWith("0x", start)
                    && !text.startsWith("0X", start);
            if (!Character.isLetterOrDigit(c) && c != '.' && !isExponentSign) {
                break;
            }
            end++;
        }
        return end;
    }

    /** @param negative whether a minus stands before it, which the most negative of all needs */
    static Number parse(String text, boolean negative) {
        try {
            if (EXACT.matcher(text).matches()) {
                return exact(text, negative);
            }
            if (APPROXIMATE.matcher(text).matches()) {
                return Double.parseDouble(text);
            }
        } catch (NumberFormatException tooLarge) {
            throw new InvalidSelectorException("number out of range: " + text);
        }
        throw new InvalidSelectorException("not a number: " + text);
    }

    private static Number exact(String text, boolean negative) {
        var digits = text.endsWith("l") || text.endsWith("L") ? text.substring(0, text.length() - 1) : text;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            return Long.parseLong(digits.substring(2), 16);
        }
        if (digits.length() > 1 && digits.startsWith("0")) {
            return Long.parseLong(digits, 8);
        }
        // The negation of this one is itself.
        return negative && digits.equals("9223372036854775808") ? Long.MIN_VALUE : Long.parseLong(digits);
    }
}
