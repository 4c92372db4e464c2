package org.isthmus.ra;

import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import jakarta.resource.spi.ActivationSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.isthmus.jms.IsthmusQueue;

/**
 * A server in a process of its own: it recovers what it left behind, says what there is, and then gives a message to a bean, in whose
 * transaction it dies at the step that it was told. The bean writes to a database and sends to a queue.
 */
final class CrashingServer {
    /** What has happened when the process dies. */
    enum Step {
        BEFORE_ANYTHING_IS_PREPARED,
        THE_BROKER_HAS_PREPARED,
        ALL_HAVE_PREPARED,
        THE_DECISION_IS_WRITTEN,
        THE_BROKER_HAS_COMMITTED,
        ALL_HAVE_COMMITTED,
        NOTHING_HAPPENED
    }

    private static final IsthmusQueue ORDERS = new IsthmusQueue("orders");
    private static final IsthmusQueue INVOICES = new IsthmusQueue("invoices");
    private static final int DEAD = 42;

    private final Step deadly;
    private final JtaServer server = new JtaServer();
    private final FakeServer threads = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private final ConnectionFactory factory;
    private final Accounts accounts;

    private CrashingServer(Path directory, Step deadly) throws Exception {
        this.deadly = deadly;
        adapter.setDataDirectory(directory.resolve("broker").toString());
        adapter.start(threads);
        var managed = new IsthmusManagedConnectionFactory();
        managed.setResourceAdapter(adapter);
        factory = managed.createConnectionFactory(server);
        accounts = new Accounts(server, "jdbc:h2:file:" + directory.resolve("database"));
    }

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        JtaServer.keepDecisionsIn(directory.resolve("decisions"));
        var crashing = new CrashingServer(directory, Step.valueOf(arguments[1]));
        crashing.recover();
        System.out.println("STATE " + crashing.accounts.texts() + " " + XaRig.browse(crashing.adapter, INVOICES) + " "
                + XaRig.browse(crashing.adapter, ORDERS));
        if (crashing.deadly != Step.NOTHING_HAPPENED) {
            crashing.deliver(arguments[2]);
        }
        System.exit(0);
    }

    /** Until nothing is left that waits for the manager. */
    private void recover() throws Exception {
        var branches = new XARecoveryModule();
        var recoveries = recoveryPropertyManager.getRecoveryEnvironmentBean();
        recoveries.setRecoveryListener(false);
        recoveries.setExpiryScanners(List.of());
        recoveries.setRecoveryActivators(List.of());
        var decisions = new AtomicActionRecoveryModule();
        recoveries.setRecoveryModules(List.of(decisions, branches));
        var jta = jtaPropertyManager.getJTAEnvironmentBean();
        jta.setXaRecoveryNodes(List.of("1"));
        jta.setOrphanSafetyInterval(1);
        jta.setXaResourceOrphanFilters(
                List.of(new JTATransactionLogXAResourceOrphanFilter(), new JTANodeNameXAResourceOrphanFilter()));
        var ours = adapter.getXAResources(new ActivationSpec[] {spec()});
        var database = accounts.database().getXAConnection();
        branches.addXAResourceRecoveryHelper(new Helper(ours));
        branches.addXAResourceRecoveryHelper(new Helper(database.getXAResource()));
        var recovery = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
        recovery.initialize();
        for (int pass = 0; pass < 2 || ours[0].recover(XAResource.TMSTARTRSCAN).length > 0; pass++) {
            // As its scan does, but without seconds of waiting between the two.
            decisions.periodicWorkFirstPass();
            branches.periodicWorkFirstPass();
            decisions.periodicWorkSecondPass();
            branches.periodicWorkSecondPass();
        }
        recovery.terminate();
        database.close();
    }

    /** What a server registers for a resource. */
    private record Helper(XAResource... resources) implements XAResourceRecoveryHelper {
        @Override
        public boolean initialise(String properties) {
            return true;
        }

        @Override
        public XAResource[] getXAResources() {
            return resources;
        }
    }

    private void deliver(String text) throws Exception {
        server.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public int prepare(Xid xid) throws XAException {
                dieAt(Step.BEFORE_ANYTHING_IS_PREPARED);
                int vote = super.prepare(xid);
                dieAt(Step.THE_BROKER_HAS_PREPARED);
                return vote;
            }

            @Override
            public void commit(Xid xid, boolean onePhase) throws XAException {
                dieAt(Step.THE_DECISION_IS_WRITTEN);
                super.commit(xid, onePhase);
                dieAt(Step.THE_BROKER_HAS_COMMITTED);
            }
        };
        accounts.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public int prepare(Xid xid) throws XAException {
                int vote = super.prepare(xid);
                dieAt(Step.ALL_HAVE_PREPARED);
                return vote;
            }

            @Override
            public void commit(Xid xid, boolean onePhase) throws XAException {
                super.commit(xid, onePhase);
                dieAt(Step.ALL_HAVE_COMMITTED);
            }
        };
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession();
            session.createProducer(ORDERS).send(session.createTextMessage(text));
        }
        adapter.endpointActivation(
                server.beans(message -> {
                    var received = text((TextMessage) message);
                    accounts.write(received);
                    try (var context = factory.createContext()) {
                        context.createProducer().send(INVOICES, received);
                    }
                }),
                spec());
        var never = new CountDownLatch(1);
        never.await(30, TimeUnit.SECONDS);
    }

    private void dieAt(Step step) {
        if (step == deadly) {
            Runtime.getRuntime().halt(DEAD);
        }
    }

    private IsthmusActivationSpec spec() {
        var spec = new IsthmusActivationSpec();
        spec.setDestination("orders");
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setMaxSession(1);
        spec.setRedeliveryDelay(0L);
        spec.setResourceAdapter(adapter);
        return spec;
    }

    private static String text(TextMessage message) {
        try {
            return message.getText();
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
