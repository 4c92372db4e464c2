package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.work.Work;
import java.io.File;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server keeps of an adapter that it has undeployed. The adapter is loaded here by a class loader of its own, as a server does, and used
 * on threads that the server keeps for others.
 */
@Timeout(120)
class RedeployTest {
    private static final Duration UNTIL_GONE = Duration.ofSeconds(40);
    private static final int SERVER_THREADS = 64;

    private final FakeServer server = new FakeServer();
    private final ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();
    private final ExecutorService requests = Executors.newFixedThreadPool(1);

    @AfterEach
    void stop() {
        requests.shutdownNow();
        server.close();
    }

    @Test
    void anUndeployedAdapterLeavesNeitherItsClassesNorAThread(@TempDir Path directory) throws Exception {
        var before = threads();
        serverHasItsThreads();

        // The second deployment finds what the first one left, in the log and in the server.
        var first = requests.submit(() -> deployUseUndeploy(directory)).get();
        var second = requests.submit(() -> deployUseUndeploy(directory)).get();

        aRecordOfTheServerIsCompared();
        assertGone(first);
        assertGone(second);
        assertThat(threads())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("isthmus-"));
    }

    /** A thread keeps the class loaders of the code that made it, so those of a server are there before what it deploys. */
    private void serverHasItsThreads() throws Exception {
        var all = new CyclicBarrier(SERVER_THREADS + 1);
        for (int n = 0; n < SERVER_THREADS; n++) {
            server.scheduleWork(new Work() {
                @Override
                public void run() {
                    try {
                        all.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void release() {}
            });
        }
        all.await();
    }

    @SuppressWarnings("unchecked")
    private WeakReference<ClassLoader> deployUseUndeploy(Path directory) throws Exception {
        var own = Thread.currentThread().getContextClassLoader();
        try (var loader = new AdapterLoader()) {
            Thread.currentThread().setContextClassLoader(loader);
            var story = (BiConsumer<BootstrapContext, Path>) loader.loadClass(DeployedAdapter.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            story.accept(server, directory);
            assertThat(story.getClass().getClassLoader()).isSameAs(loader);
            return new WeakReference<>(loader, collected);
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
    }

    /** Java 17 remembers the last record that was first compared, whose it may be: one and not one more with each deployment. */
    private static void aRecordOfTheServerIsCompared() {
        record Held(RedeployTest by) {}
        assertThat(new Held(null)).isEqualTo(new Held(null)).hasSameHashCodeAs(new Held(null));
        assertThat(new Held(null)).hasToString("Held[by=null]");
    }

    private void assertGone(WeakReference<ClassLoader> loader) throws InterruptedException {
        long start = System.nanoTime();
        while (loader.get() != null && System.nanoTime() - start < UNTIL_GONE.toNanos()) {
            System.gc();
            collected.remove(50);
        }
        assertThat(loader.get()).as("class loader of an undeployed adapter").isNull();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    /** Loads everything but the JDK and the interfaces of the server anew. */
    private static final class AdapterLoader extends URLClassLoader {
        AdapterLoader() throws Exception {
            super(classPath(), new ServerClasses());
        }

        private static URL[] classPath() throws Exception {
            List<URL> urls = new ArrayList<>();
            for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(new File(entry).toURI().toURL());
            }
            return urls.toArray(URL[]::new);
        }
    }

    private static final class ServerClasses extends ClassLoader {
        ServerClasses() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("jakarta.")) {
                return RedeployTest.class.getClassLoader().loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }
}
