package org.isthmus.jms.mapping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one message, in the order in which they were set. Those of a received message stay headers until somebody asks,
 * because most consumers never do. Owned by its message.
 */
public final class PropertyTable {
    private @Nullable Undecoded undecoded;
    private final Map<String, @Nullable Object> values;

    private record Undecoded(int partition, LogRecord record, int deliveryCount) {}

    public PropertyTable() {
        values = new LinkedHashMap<>();
    }

    PropertyTable(int partition, LogRecord record, int deliveryCount) {
        values = new LinkedHashMap<>();
        undecoded = new Undecoded(partition, record, deliveryCount);
    }

    public @Nullable Object get(String name) {
        return values().get(name);
    }

    public boolean contains(String name) {
        return values().containsKey(name);
    }

    /** A live, ordered view. */
    public Set<String> names() {
        return values().keySet();
    }

    public void put(String name, @Nullable Object value) {
        values().put(name, value);
    }

    public void putAll(PropertyTable other) {
        values().putAll(other.values());
    }

    public void clear() {
        undecoded = null;
        values.clear();
    }

    Map<String, @Nullable Object> values() {
        var source = undecoded;
        if (source != null) {
            undecoded = null;
            PropertyHeaders.decode(source.record(), values);
            values.put(PropertyNames.DELIVERY_COUNT, source.deliveryCount());
            values.put(PropertyNames.PARTITION, source.partition());
            values.put(PropertyNames.OFFSET, source.record().offset());
        }
        return values;
    }

    List<Header> toHeaders() {
        var headers = new ArrayList<Header>(values().size() + 6);
        PropertyHeaders.encode(values(), headers);
        return headers;
    }
}
