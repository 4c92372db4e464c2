package org.isthmus.broker.selector;

/** One parsed selector. Never changes; safe for use by many threads. */
public final class Selector {
    private final String text;
    private final Expression condition;

    private Selector(String text, Expression condition) {
        this.text = text;
        this.condition = condition;
    }

    /** Reads a selector; fails with {@link InvalidSelectorException} where the text is none. */
    public static Selector parse(String text) {
        return new Selector(text, new SelectorParser(text).parse());
    }

    /** Whether the condition is true; where it is false or unknown, the message does not match. */
    public boolean matches(PropertySource message) {
        return Boolean.TRUE.equals(condition.evaluate(message));
    }

    @Override
    public String toString() {
        return text;
    }
}
