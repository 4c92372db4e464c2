package org.isthmus.ra;

import java.util.List;
import javax.management.MBeanException;

/**
 * The branches that the adapter's broker keeps for transaction managers, as administrators see them by the server's management
 * ({@code org.isthmus:type=RecoverableBranches}). A branch waits for its manager however long that takes; to end it by hand may undo what the
 * manager has decided elsewhere, so the outcome is remembered and told to the manager as heuristic.
 */
public interface RecoverableBranchesMXBean {
    List<Branch> getBranches() throws MBeanException;

    /** Ends a branch by hand. */
    void commit(String xid) throws MBeanException;

    /** Ends a branch by hand. */
    void rollback(String xid) throws MBeanException;

    /** Forgets how a branch was ended by hand, where its manager does not come any more. */
    void forget(String xid) throws MBeanException;

    /** A branch, in the types of management tools. */
    record Branch(String xid, String state, long ageSeconds, List<String> participants) {
        public String getXid() {
            return xid;
        }

        public String getState() {
            return state;
        }

        public long getAgeSeconds() {
            return ageSeconds;
        }

        public List<String> getParticipants() {
            return participants;
        }
    }
}
