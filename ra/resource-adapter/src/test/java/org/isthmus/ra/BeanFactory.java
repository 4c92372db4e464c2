package org.isthmus.ra;

import jakarta.jms.MessageListener;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import javax.transaction.xa.XAResource;

/** What containers of message-driven beans have in common. */
interface BeanFactory extends MessageEndpointFactory {
    @Override
    default MessageEndpoint createEndpoint(XAResource resource, long timeout) throws UnavailableException {
        return createEndpoint(resource);
    }

    @Override
    default String getActivationName() {
        return "bean";
    }

    @Override
    default Class<?> getEndpointClass() {
        return MessageListener.class;
    }
}
