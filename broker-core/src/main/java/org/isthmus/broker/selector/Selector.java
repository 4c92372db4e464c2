package org.isthmus.broker.selector;

import java.util.Optional;

/** One parsed selector. Never changes; safe for use by many threads. */
public final class Selector {
    /** More values than this are no help in finding the messages. */
    private static final int MOST_REQUIRED = 100;

    private final String text;
    private final Expression condition;
    private final Optional<Required> required;

    private Selector(String text, Expression condition) {
        this.text = text;
        this.condition = condition;
        this.required = condition.required().filter(least -> least.values().size() <= MOST_REQUIRED);
    }

    /** Reads a selector; fails with {@link InvalidSelectorException} where the text is none. */
    public static Selector parse(String text) {
        return new Selector(text, new SelectorParser(text).parse());
    }

    /** Whether the condition is true; where it is false or unknown, the message does not match. */
    public boolean matches(PropertySource message) {
        return Boolean.TRUE.equals(condition.evaluate(message));
    }

    /** What each message that matches says; empty where that cannot be told by one property and some values. */
    public Optional<Required> required() {
        return required;
    }

    @Override
    public String toString() {
        return text;
    }
}
