package org.isthmus.jms;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.protocol.client.SimulatedClients;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;

/**
 * A simulated process with an application in it, and the provider as the application uses it. Its threads are threads of the JVM that run by turns:
 * while one of them runs, the simulation waits, and nothing else does anything. A thread goes on until it waits for an answer or a condition, and
 * may have to let others go first wherever it takes the lock of a session; who is next is up to the seed.
 */
final class SimProcess implements Surroundings, BrokerLink.Dialer {
    /** In how many of the places where a thread takes a lock others may go first. */
    private static final int ONE_LOCK_IN = 6;

    private final String name;
    private final Random random;
    private final Clock clock;
    private final SimStreams streams;
    private final Endpoint.Tcp broker;
    private final SimIds ids;
    private final SimLoop.Machine machine;
    private final Transport transport;
    private final List<Actor> actors = new ArrayList<>();
    /** Of threads that have ended. */
    private final Deque<EventLoop> freeLoops = new ArrayDeque<>();

    private final BranchTable.All branches = new BranchTable.All();
    private final boolean blocksOnSend;

    private int connections;
    private boolean dead;

    /** @param blocksOnSend whether who sends what may be lost waits until the broker has it */
    SimProcess(
            String name,
            Random random,
            Clock clock,
            SimLoop loops,
            SimStreams streams,
            Endpoint.Tcp broker,
            boolean blocksOnSend) {
        this.blocksOnSend = blocksOnSend;
        this.name = name;
        this.random = random;
        this.clock = clock;
        this.streams = streams;
        this.broker = broker;
        ids = new SimIds(random);
        machine = loops.newMachine();
        transport = streams.newTransport(machine);
    }

    /** What a thread of the application does. */
    interface Work {
        void run() throws Exception;
    }

    /** Has a thread begin, when its turn comes. */
    Actor begin(Work work) {
        var actor = new Actor(work);
        actors.add(actor);
        actor.loop.execute(actor::giveTurn);
        return actor;
    }

    /** Ends everything in it, now and wherever it is; the broker hears of that by its connections. */
    void kill() {
        dead = true;
        machine.stop();
        streams.died(transport);
        List.copyOf(actors).forEach(Actor::end);
        actors.clear();
    }

    boolean isDead() {
        return dead;
    }

    int cutSome() {
        return streams.cutSome(transport);
    }

    IsthmusXAConnection connect(String clientId, RedeliveryPolicy redelivery, boolean blocksOnAcknowledge)
            throws jakarta.jms.JMSException {
        var settings = new IsthmusConnection.Settings(
                false, TrustedClasses.with(""), StartFrom.LATEST, redelivery, blocksOnAcknowledge, blocksOnSend);
        return new IsthmusXAConnection(this, Domain.UNIFIED, settings, clientId, this);
    }

    /** The thread that runs, which is one of this process's. */
    static Actor running() {
        return (Actor) Thread.currentThread();
    }

    // ---- what a connection asks of its process

    @Override
    public String broker() {
        return broker.toString();
    }

    @Override
    public BrokerLink dial(String clientName) {
        var client =
                SimulatedClients.connect(List.of(broker), ClientConfig.defaults(clientName), transport, clock, ids);
        return new BrokerLink() {
            @Override
            public BrokerClient client() {
                return client;
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public BranchTable.All branches() {
        return branches;
    }

    @Override
    public String newName() {
        return name + "." + connections++;
    }

    @Override
    public Threads newThreads(String connection) {
        return new Threads() {
            @Override
            public void execute(Runnable task) {
                begin(task::run);
            }

            @Override
            public void end() {
                // Each ends with what it does.
            }
        };
    }

    @Override
    public ReentrantLock newLock() {
        return new Lock();
    }

    /** Thrown where a thread of a process that is gone would go on. */
    private static final class Stopped extends Error {
        private static final long serialVersionUID = 1;

        private Stopped() {
            super("the simulated process is gone", null, false, false);
        }
    }

    /** A thread, and the loop on which its turns come. */
    final class Actor extends Thread implements SteppedThread {
        private final Work work;
        private final EventLoop loop = freeLoops.isEmpty() ? machine.newLoop() : freeLoops.remove();
        private final Semaphore turn = new Semaphore(0);
        private final Semaphore back = new Semaphore(0);
        private long waits;
        private boolean isWaiting;
        private boolean begun;
        private boolean ended;
        private boolean stopped;
        private Throwable failure;

        private Actor(Work work) {
            super(name);
            this.work = work;
            setDaemon(true);
        }

        private long clockNanos() {
            return clock.nanos();
        }

        boolean hasEnded() {
            return ended;
        }

        /** On the simulation's thread: returns when this one waits again. */
        private void giveTurn() {
            if (ended) {
                return;
            }
            if (begun) {
                turn.release();
            } else {
                begun = true;
                start();
            }
            back.acquireUninterruptibly();
            if (ended) {
                actors.remove(this);
                freeLoops.add(loop);
            }
            if (failure != null) {
                throw new AssertionError(getName() + " failed: " + failure.getMessage(), failure);
            }
        }

        @Override
        public void run() {
            try {
                work.run();
            } catch (Stopped gone) {
                // As a process goes: in the middle of something.
            } catch (Throwable unexpected) {
                failure = stopped ? null : unexpected;
            } finally {
                ended = true;
                back.release();
            }
        }

        private void end() {
            stopped = true;
            if (begun && !ended) {
                turn.release();
                back.acquireUninterruptibly();
            }
            ended = true;
        }

        private long beginWait() {
            isWaiting = true;
            return ++waits;
        }

        /** The wait is over; its turn comes. */
        private void wake(long wait) {
            if (isWaiting && waits == wait) {
                isWaiting = false;
                loop.execute(this::giveTurn);
            }
        }

        private void suspendHere() {
            if (stopped) {
                throw new Stopped();
            }
            back.release();
            turn.acquireUninterruptibly();
            if (stopped) {
                throw new Stopped();
            }
        }

        @Override
        public void waitFor(CompletableFuture<?> answer) {
            while (!answer.isDone()) {
                var wait = beginWait();
                answer.whenComplete((result, refused) -> wake(wait));
                suspendHere();
            }
        }

        void pause(Duration time) {
            var wait = beginWait();
            loop.schedule(time, () -> wake(wait));
            suspendHere();
        }

        private void letOthersGoFirst() {
            var wait = beginWait();
            wake(wait);
            suspendHere();
        }
    }

    /** Of a session. Nobody who waits for his turn holds one, so it is always to be had. */
    private final class Lock extends ReentrantLock {
        private static final long serialVersionUID = 1;

        @Override
        public void lock() {
            if (Thread.currentThread() instanceof Actor actor
                    && !actor.stopped
                    && !isHeldByCurrentThread()
                    && random.nextInt(ONE_LOCK_IN) == 0) {
                actor.letOthersGoFirst();
            }
            take();
        }

        private void take() {
            if (!tryLock()) {
                throw new AssertionError("somebody waits and holds the lock of a session");
            }
        }

        @Override
        public Condition newCondition() {
            return new LockCondition(this);
        }
    }

    private static final class LockCondition implements Condition {
        private final Lock lock;
        private final List<Runnable> waiting = new ArrayList<>();

        private LockCondition(Lock lock) {
            this.lock = lock;
        }

        @Override
        public void await() {
            awaitUninterruptibly();
        }

        @Override
        public void awaitUninterruptibly() {
            var actor = running();
            await(actor, actor.beginWait());
        }

        @Override
        public long awaitNanos(long nanosTimeout) {
            if (nanosTimeout <= 0) {
                return nanosTimeout;
            }
            var actor = running();
            var wait = actor.beginWait();
            var until = actor.clockNanos() + nanosTimeout;
            actor.loop.schedule(Duration.ofNanos(nanosTimeout), () -> actor.wake(wait));
            await(actor, wait);
            return until - actor.clockNanos();
        }

        private void await(Actor actor, long wait) {
            waiting.add(() -> actor.wake(wait));
            lock.unlock();
            try {
                actor.suspendHere();
            } finally {
                lock.take();
            }
        }

        @Override
        public boolean await(long time, TimeUnit unit) {
            return awaitNanos(unit.toNanos(time)) > 0;
        }

        @Override
        public boolean awaitUntil(Date deadline) {
            throw new UnsupportedOperationException("nobody waits for a date");
        }

        @Override
        public void signal() {
            if (!waiting.isEmpty()) {
                waiting.remove(0).run();
            }
        }

        @Override
        public void signalAll() {
            waiting.forEach(Runnable::run);
            waiting.clear();
        }
    }
}
