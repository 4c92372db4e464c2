package org.isthmus.jms;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A property of a connection factory as text, as naming contexts have it in their environment and in references. */
@SuppressWarnings("ImmutableEnumChecker") // every one is made in this file, of methods
enum FactoryProperty {
    DATA_DIRECTORY(
            "dataDirectory", IsthmusConnectionFactory::getDataDirectory, IsthmusConnectionFactory::setDataDirectory),
    CLIENT_ID("clientID", IsthmusConnectionFactory::getClientID, IsthmusConnectionFactory::setClientID),
    USER("user", IsthmusConnectionFactory::getUser, IsthmusConnectionFactory::setUser),
    PASSWORD("password", IsthmusConnectionFactory::getPassword, IsthmusConnectionFactory::setPassword),
    RECORDS_AS_TEXT(
            "recordsAsText",
            factory -> Boolean.toString(factory.isRecordsAsText()),
            (factory, text) -> factory.setRecordsAsText(truth(text))),
    TRUSTED_PACKAGES(
            "trustedPackages",
            IsthmusConnectionFactory::getTrustedPackages,
            IsthmusConnectionFactory::setTrustedPackages),
    START_FROM("startFrom", IsthmusConnectionFactory::getStartFrom, IsthmusConnectionFactory::setStartFrom),
    MAX_DELIVERIES(
            "maxDeliveries",
            factory -> Integer.toString(factory.getMaxDeliveries()),
            (factory, text) -> factory.setMaxDeliveries(Integer.parseInt(text))),
    REDELIVERY_DELAY(
            "redeliveryDelay",
            factory -> Long.toString(factory.getRedeliveryDelay()),
            (factory, text) -> factory.setRedeliveryDelay(Long.parseLong(text))),
    REDELIVERY_MULTIPLIER(
            "redeliveryMultiplier",
            factory -> Double.toString(factory.getRedeliveryMultiplier()),
            (factory, text) -> factory.setRedeliveryMultiplier(Double.parseDouble(text))),
    MAX_REDELIVERY_DELAY(
            "maxRedeliveryDelay",
            factory -> Long.toString(factory.getMaxRedeliveryDelay()),
            (factory, text) -> factory.setMaxRedeliveryDelay(Long.parseLong(text))),
    DEAD_LETTER_QUEUE(
            "deadLetterQueue",
            IsthmusConnectionFactory::getDeadLetterQueue,
            IsthmusConnectionFactory::setDeadLetterQueue),
    BLOCK_ON_ACKNOWLEDGE(
            "blockOnAcknowledge",
            factory -> Boolean.toString(factory.isBlockOnAcknowledge()),
            (factory, text) -> factory.setBlockOnAcknowledge(truth(text))),
    BLOCK_ON_NON_DURABLE_SEND(
            "blockOnNonDurableSend",
            factory -> Boolean.toString(factory.isBlockOnNonDurableSend()),
            (factory, text) -> factory.setBlockOnNonDurableSend(truth(text)));

    private final String key;
    private final Function<IsthmusConnectionFactory, String> reader;
    private final BiConsumer<IsthmusConnectionFactory, String> writer;

    FactoryProperty(
            String key,
            Function<IsthmusConnectionFactory, String> reader,
            BiConsumer<IsthmusConnectionFactory, String> writer) {
        this.key = key;
        this.reader = reader;
        this.writer = writer;
    }

    static Optional<FactoryProperty> named(String key) {
        return Arrays.stream(values())
                .filter(property -> property.key.equals(key))
                .findFirst();
    }

    String key() {
        return key;
    }

    String of(IsthmusConnectionFactory factory) {
        return reader.apply(factory);
    }

    /** Fails with {@link IllegalArgumentException} where the text is no value of it. */
    void set(IsthmusConnectionFactory factory, String text) {
        try {
            writer.accept(factory, text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " cannot be " + text, e);
        }
    }

    private static boolean truth(String text) {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new IllegalArgumentException("neither true nor false");
        }
        return Boolean.parseBoolean(text);
    }
}
