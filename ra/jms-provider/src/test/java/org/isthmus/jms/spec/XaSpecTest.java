package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.TransactionInProgressRuntimeException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XAQueueConnectionFactory;
import jakarta.jms.XATopicConnectionFactory;
import java.nio.charset.StandardCharsets;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;

/** Support for distributed transactions (§11.3), with the interfaces that an application server uses. */
class XaSpecTest extends SpecTest {
    private Xid xid() {
        var name = own("branch").getBytes(StandardCharsets.US_ASCII);
        return new Xid() {
            @Override
            public int getFormatId() {
                return 1;
            }

            @Override
            public byte[] getGlobalTransactionId() {
                return name;
            }

            @Override
            public byte[] getBranchQualifier() {
                return new byte[] {1};
            }
        };
    }

    private XAConnection xaConnection() throws JMSException {
        XAConnectionFactory factory = factory();
        var connection = closing(factory.createXAConnection());
        connection.start();
        return connection;
    }

    @Test
    void everyApiHasItsFactoryConnectionAndSession_11_3_1_to_3() throws JMSException {
        XAQueueConnectionFactory queues = factory();
        XATopicConnectionFactory topics = factory();
        var ofQueues = closing(queues.createXAQueueConnection()).createXAQueueSession();
        var ofTopics = closing(topics.createXATopicConnection()).createXATopicSession();
        var ofBoth = xaConnection().createXASession();

        for (var each : new Session[] {ofQueues.getQueueSession(), ofTopics.getTopicSession(), ofBoth.getSession()}) {
            assertThat(each.getTransacted()).isTrue();
            assertThat(each.getAcknowledgeMode()).isEqualTo(Session.SESSION_TRANSACTED);
            refused(TransactionInProgressException.class, each::commit, each::rollback);
            refused(IllegalStateException.class, each::recover);
        }
        assertThat(ofQueues.getXAResource()).isNotNull();
        assertThat(ofTopics.getXAResource()).isNotNull();
        refused(IllegalStateException.class, () -> ofQueues.createTopic("t"), () -> ofTopics.createQueue("q"));
    }

    @Test
    void connectionsForXaMakeOrdinarySessionsToo_11_3_2() throws JMSException {
        var queue = queue();
        var connection = xaConnection();
        var transacted = connection.createSession(true, Session.AUTO_ACKNOWLEDGE);
        transacted.createProducer(queue).send(transacted.createTextMessage("undone"));
        transacted.rollback();
        var session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        session.createProducer(queue).send(session.createTextMessage("by itself"));
        assertThat(text(session.createConsumer(queue).receive(SOON))).isEqualTo("by itself");
    }

    @Test
    void managerEndsWhatTheSessionDidAndNothingIsReceivedWhereItWasSent_11_3_3_and_5() throws Exception {
        var queue = queue();
        var session = xaConnection().createXASession();
        var resource = session.getXAResource();
        var xid = xid();
        resource.start(xid, XAResource.TMNOFLAGS);
        session.createProducer(queue).send(session.createTextMessage("in a branch"));
        var own = session.createConsumer(queue);
        assertThat(own.receiveNoWait()).isNull();
        own.close();
        resource.end(xid, XAResource.TMSUCCESS);
        assertThat(resource.prepare(xid)).isEqualTo(XAResource.XA_OK);
        var consumer = session().createConsumer(queue);
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                .anySatisfy(each -> assertThat(each.getGlobalTransactionId()).isEqualTo(xid.getGlobalTransactionId()));
        resource.commit(xid, false);
        assertThat(text(consumer.receive(SOON))).isEqualTo("in a branch");
    }

    @Test
    void contextForXaIsAContextWhoseTransactionIsItsManagers_11_3_4() throws Exception {
        var queue = queue();
        var context = closing(factory().createXAContext());
        assertThat(context.getTransacted()).isTrue();
        refused(
                TransactionInProgressRuntimeException.class,
                context::commit,
                context::rollback,
                () -> context.getContext().commit());
        refused(IllegalStateRuntimeException.class, context::recover);
        var resource = context.getXAResource();
        var xid = xid();
        resource.start(xid, XAResource.TMNOFLAGS);
        context.getContext().createProducer().send(queue, "in a branch");
        resource.end(xid, XAResource.TMSUCCESS);
        resource.rollback(xid);
        resource.start(xid, XAResource.TMNOFLAGS);
        context.getContext().createProducer().send(queue, "in another");
        resource.end(xid, XAResource.TMSUCCESS);
        resource.commit(xid, true);
        var consumer = session().createConsumer(queue);
        assertThat(text(consumer.receive(SOON))).isEqualTo("in another");
        assertThat(consumer.receiveNoWait()).isNull();
    }
}
