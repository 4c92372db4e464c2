package org.isthmus.jms.mapping;

import org.jspecify.annotations.Nullable;

/**
 * A destination as messages carry it: {@code topic:NAME} or {@code queue:NAME}. The name is the name of the topic in the log, so that it
 * reads the same for a Jakarta Messaging client and a Kafka client.
 */
public record Address(boolean isQueue, String name) {
    private static final int MAX_NAME_LENGTH = 249;
    private static final String QUEUE = "queue:";
    private static final String TOPIC = "topic:";

    /** Why a name cannot name a topic of the log, or null where it can. */
    public static @Nullable String flawOf(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            return "a destination needs a name";
        }
        if (name.length() > MAX_NAME_LENGTH) {
            return "a destination name has at most " + MAX_NAME_LENGTH + " characters: " + name;
        }
        if (name.equals(".") || name.equals("..") || !name.chars().allMatch(Address::isLegal)) {
            return "a destination name consists of letters, digits, '.', '_' and '-': " + name;
        }
        return null;
    }

    private static boolean isLegal(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    /** What {@link #toString} wrote, or null where the text is no address. */
    public static @Nullable Address parse(String text) {
        if (text.startsWith(TOPIC)) {
            return new Address(false, text.substring(TOPIC.length()));
        }
        if (text.startsWith(QUEUE)) {
            return new Address(true, text.substring(QUEUE.length()));
        }
        return null;
    }

    @Override
    public String toString() {
        return (isQueue ? QUEUE : TOPIC) + name;
    }
}
