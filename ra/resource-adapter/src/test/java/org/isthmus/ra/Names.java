package org.isthmus.ra;

import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;

/** The names of an application, as long as a server has them set up. */
public final class Names implements InitialContextFactory, AutoCloseable {
    private static final Map<String, Object> BOUND = new ConcurrentHashMap<>();

    /** By the system property that says by which class names are looked up. */
    static Names setUp() {
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Names.class.getName());
        return new Names();
    }

    void bind(String name, Object object) {
        BOUND.put(name, object);
    }

    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
        return new InitialContext(true) {
            @Override
            public Object lookup(String name) throws NamingException {
                var bound = BOUND.get(name);
                if (bound == null) {
                    throw new NameNotFoundException(name);
                }
                return bound;
            }
        };
    }

    @Override
    public void close() {
        BOUND.clear();
        System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
    }
}
