package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.ManagedConnection;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanException;
import javax.management.ObjectName;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.isthmus.jms.IsthmusQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What administrators see of prepared branches, and do to them, by the JVM's own management. */
@Timeout(60)
class RecoverableBranchesTest {
    private static final String NAME = "7:6f6e65:01";

    private final FakeServer threads = new FakeServer();
    private final IsthmusResourceAdapter adapter = new IsthmusResourceAdapter();
    private ManagedConnection connection;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        adapter.setDataDirectory(directory.toString());
        adapter.start(threads);
        var managed = new IsthmusManagedConnectionFactory();
        managed.setResourceAdapter(adapter);
        connection = managed.createManagedConnection(null, null);
    }

    @AfterEach
    void stop() throws Exception {
        connection.destroy();
        adapter.stop();
        threads.close();
    }

    @Test
    void aBranchIsSeenAndEndedAndItsManagerHearsOfIt() throws Exception {
        prepare();
        var seen = branches().getBranches();
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).xid()).isEqualTo(NAME);
        assertThat(seen.get(0).state()).isEqualTo("PREPARED");
        assertThat(seen.get(0).ageSeconds()).isBetween(0L, 60L);
        assertThat(seen.get(0).participants()).containsExactly("orders-0");

        branches().commit(NAME);

        assertThat(branches().getBranches().get(0).state()).isEqualTo("HEURISTICALLY_COMMITTED");
        var spec = new IsthmusActivationSpec();
        spec.setDestination("orders");
        spec.setDestinationType("jakarta.jms.Queue");
        var recovery = adapter.getXAResources(new ActivationSpec[] {spec, spec});
        assertThat(recovery).hasSize(1);
        var found = recovery[0].recover(XAResource.TMSTARTRSCAN);
        assertThat(found).hasSize(1);
        assertThatThrownBy(() -> recovery[0].rollback(found[0]))
                .isInstanceOfSatisfying(
                        XAException.class, e -> assertThat(e.errorCode).isEqualTo(XAException.XA_HEURCOM));
        branches().forget(NAME);
        assertThat(branches().getBranches()).isEmpty();
    }

    @Test
    void whatIsNotThereIsRefusedByName() throws Exception {
        assertThatThrownBy(() -> branches().rollback("7:aa:bb"))
                .isInstanceOf(MBeanException.class)
                .hasMessageContaining("7:aa:bb");
    }

    @Test
    void anAdapterThatHasStoppedIsNotManagedAnyMore() throws Exception {
        adapter.stop();
        assertThat(names()).isEmpty();
    }

    private void prepare() throws Exception {
        var xid = new Branch("one");
        var resource = connection.getXAResource();
        resource.start(xid, XAResource.TMNOFLAGS);
        var handle = (jakarta.jms.Connection) connection.getConnection(null, null);
        var session = handle.createSession();
        session.createProducer(new IsthmusQueue("orders")).send(session.createTextMessage("one"));
        resource.end(xid, XAResource.TMSUCCESS);
        assertThat(resource.prepare(xid)).isEqualTo(XAResource.XA_OK);
    }

    /** As a management tool finds it. */
    private RecoverableBranchesMXBean branches() throws Exception {
        return JMX.newMXBeanProxy(
                ManagementFactory.getPlatformMBeanServer(), names().iterator().next(), RecoverableBranchesMXBean.class);
    }

    private Set<ObjectName> names() throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName("org.isthmus:type=RecoverableBranches,broker="
                                + ObjectName.quote(adapter.toString()) + ",*"),
                        null);
    }
}
