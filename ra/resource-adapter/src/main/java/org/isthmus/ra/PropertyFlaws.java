package org.isthmus.ra;

import jakarta.resource.spi.InvalidPropertyException;
import java.beans.IntrospectionException;
import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with the properties of a bean, all of it, so that a deployer need not find out one by one. */
final class PropertyFlaws {
    private final Class<?> bean;
    private final Map<String, String> flaws = new LinkedHashMap<>();

    PropertyFlaws(Class<?> bean) {
        this.bean = bean;
    }

    static InvalidPropertyException of(Class<?> bean, String property, String flaw) {
        var flaws = new PropertyFlaws(bean);
        flaws.add(property, flaw);
        return flaws.exception();
    }

    /** Keeps the first that is said of a property: what follows from it would only distract. */
    void add(String property, String flaw) {
        flaws.putIfAbsent(property, flaw);
    }

    void addUnlessNull(String property, @Nullable String flaw) {
        if (flaw != null) {
            add(property, flaw);
        }
    }

    void oneOf(String property, String value, String... allowed) {
        if (List.of(allowed).stream().noneMatch(value::equalsIgnoreCase)) {
            add(property, "\"" + value + "\" is none of " + String.join(", ", allowed));
        }
    }

    void atLeast(String property, long value, long least) {
        if (value < least) {
            add(property, value + " is less than " + least);
        }
    }

    void throwIfAny() throws InvalidPropertyException {
        if (!flaws.isEmpty()) {
            throw exception();
        }
    }

    private InvalidPropertyException exception() {
        var texts = new ArrayList<String>();
        flaws.forEach((property, flaw) -> texts.add(property + ": " + flaw));
        var exception = new InvalidPropertyException(String.join("; ", texts));
        exception.setInvalidPropertyDescriptors(
                flaws.keySet().stream().map(this::descriptor).toArray(PropertyDescriptor[]::new));
        return exception;
    }

    private PropertyDescriptor descriptor(String property) {
        try {
            return new PropertyDescriptor(property, bean);
        } catch (IntrospectionException e) {
            throw new IllegalStateException(bean + " has no property " + property, e);
        }
    }
}
