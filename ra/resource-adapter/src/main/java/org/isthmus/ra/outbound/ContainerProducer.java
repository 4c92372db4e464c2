package org.isthmus.ra.outbound;

import jakarta.jms.CompletionListener;
import jakarta.jms.JMSProducer;
import org.isthmus.jms.ContextProducer;
import org.isthmus.jms.IsthmusProducer;
import org.isthmus.jms.IsthmusSession;
import org.jspecify.annotations.Nullable;

/** A producer of the simplified API as an application in a container has it: everything but asynchronous sends. */
final class ContainerProducer extends ContextProducer {
    ContainerProducer(IsthmusSession session, IsthmusProducer producer) {
        super(session, producer);
    }

    @Override
    public JMSProducer setAsync(@Nullable CompletionListener listener) {
        if (listener != null) {
            throw Prohibited.contextCall("JMSProducer.setAsync");
        }
        return this;
    }
}
