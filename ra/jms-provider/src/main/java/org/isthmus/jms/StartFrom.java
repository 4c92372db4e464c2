package org.isthmus.jms;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.isthmus.broker.client.OffsetSpec;

/** Where whoever consumes for the first time begins: with the oldest message, with the next one, or with those since some time. */
public record StartFrom(Instant since) {
    public static final StartFrom EARLIEST = new StartFrom(Instant.MIN);
    public static final StartFrom LATEST = new StartFrom(Instant.MAX);

    /**
     * Reads {@code earliest}, {@code latest}, or a time as ISO 8601 writes it or in milliseconds since 1970.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static StartFrom parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "earliest" -> EARLIEST;
            case "latest" -> LATEST;
            default -> new StartFrom(instant(text));
        };
    }

    private static Instant instant(String text) {
        try {
            return text.chars().allMatch(Character::isDigit)
                    ? Instant.ofEpochMilli(Long.parseLong(text))
                    : Instant.parse(text);
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    text + " is neither earliest, latest nor a time such as 2026-01-31T08:00:00Z", e);
        }
    }

    OffsetSpec place() {
        if (this.equals(EARLIEST)) {
            return new OffsetSpec.Earliest();
        }
        return this.equals(LATEST) ? new OffsetSpec.Latest() : new OffsetSpec.AtTimestamp(since.toEpochMilli());
    }
}
