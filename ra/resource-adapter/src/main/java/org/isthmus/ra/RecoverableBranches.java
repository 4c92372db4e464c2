package org.isthmus.ra;

import jakarta.jms.JMSException;
import java.lang.System.Logger.Level;
import java.util.List;
import javax.management.MBeanException;
import org.isthmus.jms.IsthmusManagedConnection;

/** What one running adapter tells administrators of its broker's branches, by the server's management and without a port. Safe for use by many threads. */
final class RecoverableBranches implements RecoverableBranchesMXBean {
    private static final System.Logger log = System.getLogger(RecoverableBranches.class.getName());

    private final RecoveryConnections connections;

    RecoverableBranches(RecoveryConnections connections) {
        this.connections = connections;
    }

    private interface Call<T> {
        T on(IsthmusManagedConnection connection) throws JMSException;
    }

    private <T> T call(Call<T> call) throws MBeanException {
        try {
            return call.on(connections.own());
        } catch (JMSException e) {
            // Management tools need not know the types of Jakarta Messaging.
            throw new MBeanException(new IllegalStateException(e.getMessage()), e.getMessage());
        }
    }

    @Override
    public List<Branch> getBranches() throws MBeanException {
        return call(connection -> connection.recoverableBranches().stream()
                .map(branch ->
                        new Branch(branch.xid(), branch.state(), branch.age().toSeconds(), branch.participants()))
                .toList());
    }

    @Override
    public void commit(String xid) throws MBeanException {
        decide(xid, true);
    }

    @Override
    public void rollback(String xid) throws MBeanException {
        decide(xid, false);
    }

    private void decide(String xid, boolean commit) throws MBeanException {
        log.log(Level.WARNING, "An administrator {0} the branch {1}", commit ? "commits" : "rolls back", xid);
        call(connection -> {
            connection.decide(xid, commit);
            return true;
        });
    }

    @Override
    public void forget(String xid) throws MBeanException {
        call(connection -> {
            connection.forget(xid);
            return true;
        });
    }
}
