package org.isthmus.ra.outbound;

import jakarta.jms.MessageListener;
import org.isthmus.jms.ContextConsumer;
import org.isthmus.jms.IsthmusConsumer;
import org.jspecify.annotations.Nullable;

/** A consumer of the simplified API as an application in a container has it: without listeners, which are message-driven beans there. */
final class ContainerConsumer extends ContextConsumer {
    ContainerConsumer(IsthmusConsumer consumer) {
        super(consumer);
    }

    @Override
    public MessageListener getMessageListener() {
        throw Prohibited.contextCall("JMSConsumer.getMessageListener");
    }

    @Override
    public void setMessageListener(@Nullable MessageListener listener) {
        throw Prohibited.contextCall("JMSConsumer.setMessageListener");
    }
}
