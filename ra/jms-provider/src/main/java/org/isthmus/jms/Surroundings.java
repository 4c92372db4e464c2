package org.isthmus.jms;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.runtime.Clock;

/**
 * What a connection asks of the process that it is in: the time, a name, threads, and the locks on which they wait. In the JVM these are its own; a
 * simulation has others, in which time is virtual and of all threads one runs at a time.
 */
interface Surroundings {
    Clock clock();

    /** A name that no other connection anywhere has. */
    String newName();

    /** The threads of one connection. */
    Threads newThreads(String connection);

    /** What guards the state of one session, and what its threads wait on. */
    ReentrantLock newLock();

    /** The branches that the process works in. */
    BranchTable.All branches();

    /** As many as there is work for. */
    interface Threads extends Executor {
        /** What was begun is ended, and nothing more is begun. */
        void end();
    }
}
