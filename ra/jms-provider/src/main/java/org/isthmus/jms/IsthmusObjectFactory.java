package org.isthmus.jms;

import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.RefAddr;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;
import org.jspecify.annotations.Nullable;

/** Makes administered objects from the references that they were bound as. */
public final class IsthmusObjectFactory implements ObjectFactory {
    @Override
    public @Nullable Object getObjectInstance(
            @Nullable Object bound,
            @Nullable Name name,
            @Nullable Context context,
            @Nullable Hashtable<?, ?> environment) {
        if (!(bound instanceof Reference reference)) {
            return null;
        }
        if (reference.getClassName().equals(IsthmusTopic.class.getName())) {
            var topic = new IsthmusTopic(text(reference, "name"));
            topic.setStartFrom(text(reference, "startFrom"));
            return topic;
        }
        if (reference.getClassName().equals(IsthmusQueue.class.getName())) {
            return new IsthmusQueue(text(reference, "name"));
        }
        if (reference.getClassName().equals(IsthmusConnectionFactory.class.getName())) {
            return IsthmusConnectionFactory.of(reference);
        }
        return null;
    }

    static String text(Reference reference, String property) {
        RefAddr address = reference.get(property);
        return address == null || address.getContent() == null
                ? ""
                : address.getContent().toString();
    }
}
