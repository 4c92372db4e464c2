package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.XAQueueConnection;
import jakarta.jms.XATopicConnection;
import org.jspecify.annotations.Nullable;

/** A connection that also has XA sessions, which share its branches. Its other sessions are as any. */
public final class IsthmusXAConnection extends IsthmusConnection implements XAQueueConnection, XATopicConnection {
    private final XaBranches branches;

    IsthmusXAConnection(BrokerLink.Dialer dialer, Domain domain, Settings settings, @Nullable String clientId)
            throws JMSException {
        this(dialer, domain, settings, clientId, JvmSurroundings.INSTANCE);
    }

    IsthmusXAConnection(
            BrokerLink.Dialer dialer,
            Domain domain,
            Settings settings,
            @Nullable String clientId,
            Surroundings surroundings)
            throws JMSException {
        super(dialer, domain, settings, clientId, surroundings);
        branches = new XaBranches(client(), surroundings.branches());
    }

    @Override
    public IsthmusXASession createXASession() throws JMSException {
        use();
        return newXASession(domain());
    }

    @Override
    public IsthmusXASession createXAQueueSession() throws JMSException {
        use();
        domain().requireQueues("createXAQueueSession");
        return newXASession(Domain.QUEUE);
    }

    @Override
    public IsthmusXASession createXATopicSession() throws JMSException {
        use();
        domain().requireTopics("createXATopicSession");
        return newXASession(Domain.TOPIC);
    }

    IsthmusXASession newXASession(Domain of) throws JMSException {
        return open((name, threads) -> new IsthmusXASession(this, of, name, threads, branches));
    }

    @Override
    void endTransactions() {
        branches.close();
    }
}
