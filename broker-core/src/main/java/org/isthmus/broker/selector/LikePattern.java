package org.isthmus.broker.selector;

/** A pattern of LIKE. Matching takes at most the product of both lengths, whatever the pattern. */
record LikePattern(String units) {
    /** What stands for any one and for any number of characters; no text can hold these code units on their own. */
    private static final char ANY_ONE = '\uFFFF';

    private static final char ANY_NUMBER = '\uFFFE';

    /** @param escape the character that takes the meaning from the one behind it; empty for none */
    static LikePattern of(String like, String escape) {
        if (escape.length() > 1) {
            throw new InvalidSelectorException("more than one escape character: " + escape);
        }
        var units = new StringBuilder();
        for (var at = 0; at < like.length(); at++) {
            var c = like.charAt(at);
            if (!escape.isEmpty() && c == escape.charAt(0)) {
                if (++at == like.length()) {
                    throw new InvalidSelectorException("nothing follows the escape character in '" + like + "'");
                }
                units.append(like.charAt(at));
            } else {
                units.append(c == '_' ? ANY_ONE : c == '%' ? ANY_NUMBER : c);
            }
        }
        return new LikePattern(units.toString());
    }

    boolean matches(String text) {
        var at = 0;
        var unit = 0;
        var resumeUnit = -1;
        var resumeAt = 0;
        while (at < text.length()) {
            if (unit < units.length() && units.charAt(unit) == ANY_NUMBER) {
                resumeUnit = ++unit;
                resumeAt = at;
            } else if (unit < units.length()
                    && (units.charAt(unit) == ANY_ONE || units.charAt(unit) == text.charAt(at))) {
                unit++;
                at++;
            } else if (resumeUnit >= 0) {
                // The last "any number" takes one more, and the rest is tried behind it.
                unit = resumeUnit;
                at = ++resumeAt;
            } else {
                return false;
            }
        }
        while (unit < units.length() && units.charAt(unit) == ANY_NUMBER) {
            unit++;
        }
        return unit == units.length();
    }
}
