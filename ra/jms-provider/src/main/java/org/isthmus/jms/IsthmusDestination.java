package org.isthmus.jms;

import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Topic;
import java.io.Serializable;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.jms.mapping.Address;
import org.jspecify.annotations.Nullable;

/**
 * A destination by its name, which is the name of its topic in the log. A bean, so that an application server can make one; it is not
 * changed once it is used.
 */
public abstract sealed class IsthmusDestination implements Destination, Serializable, Referenceable
        permits IsthmusTopic, IsthmusQueue {
    private static final long serialVersionUID = 1L;

    private String name;

    IsthmusDestination(String name) {
        this.name = name;
    }

    /** The provider's own view of a destination of any provider (§3.12). */
    static IsthmusDestination of(@Nullable Destination destination) throws JMSException {
        if (destination instanceof IsthmusDestination own) {
            own.requireName();
            return own;
        }
        if (destination instanceof Topic topic) {
            return topic(topic.getTopicName());
        }
        if (destination instanceof Queue queue) {
            return queue(queue.getQueueName());
        }
        throw new InvalidDestinationException(
                destination == null ? "a destination is needed" : "no topic and no queue: " + destination);
    }

    static IsthmusDestination of(Address address) {
        if (TemporaryName.isOne(address.name())) {
            return address.isQueue()
                    ? new IsthmusTemporaryQueue(address.name(), null)
                    : new IsthmusTemporaryTopic(address.name(), null);
        }
        return address.isQueue() ? new IsthmusQueue(address.name()) : new IsthmusTopic(address.name());
    }

    static IsthmusTopic topic(@Nullable String name) throws JMSException {
        var topic = IsthmusTopic.parse(name == null ? "" : name);
        topic.requireName();
        return topic;
    }

    static IsthmusQueue queue(@Nullable String name) throws JMSException {
        var queue = new IsthmusQueue(name == null ? "" : name);
        queue.requireName();
        return queue;
    }

    final void requireName() throws JMSException {
        var flaw = Address.flawOf(name);
        if (flaw != null) {
            throw new InvalidDestinationException(flaw);
        }
    }

    Address address() {
        return new Address(this instanceof IsthmusQueue, name);
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    /** The same as {@link #getName}, under the name that other providers' resources use. */
    public String getPhysicalName() {
        return name;
    }

    public void setPhysicalName(String name) {
        this.name = name;
    }

    @Override
    public Reference getReference() {
        return new Reference(
                getClass().getName(), new StringRefAddr("name", name), IsthmusObjectFactory.class.getName(), null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IsthmusDestination it && it.address().equals(address());
    }

    @Override
    public int hashCode() {
        return address().hashCode();
    }

    @Override
    public String toString() {
        return address().toString();
    }
}
