package org.isthmus.jms;

import java.util.Hashtable;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import javax.naming.Binding;
import javax.naming.CompositeName;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.NameClassPair;
import javax.naming.NameNotFoundException;
import javax.naming.NameParser;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.NotContextException;
import javax.naming.OperationNotSupportedException;
import org.jspecify.annotations.Nullable;

/** A naming context that is made once and only read. A name with slashes lies in contexts below this one. */
@SuppressWarnings({"BanJNDI", "JdkObsolete"}) // it looks up in its own memory only; the interface wants tables of old
final class AdministeredObjects implements Context {
    private final Map<String, Object> objects;
    private final String prefix;
    private final Hashtable<Object, Object> environment;

    AdministeredObjects(Map<String, Object> objects, Hashtable<?, ?> environment) {
        this(objects, "", environment);
    }

    private AdministeredObjects(Map<String, Object> objects, String prefix, Hashtable<?, ?> environment) {
        this.objects = Map.copyOf(objects);
        this.prefix = prefix;
        this.environment = new Hashtable<>(environment);
    }

    // Looking up

    @Override
    public Object lookup(String name) throws NamingException {
        if (name.isEmpty()) {
            return new AdministeredObjects(objects, prefix, environment);
        }
        var full = prefix + name;
        var found = objects.get(full);
        if (found != null) {
            return found;
        }
        if (objects.keySet().stream().anyMatch(key -> key.startsWith(full + "/"))) {
            return new AdministeredObjects(objects, full + "/", environment);
        }
        throw new NameNotFoundException(
                "nothing is bound to " + full + "; there are " + new TreeMap<>(objects).keySet());
    }

    @Override
    public Object lookup(Name name) throws NamingException {
        return lookup(name.toString());
    }

    @Override
    public Object lookupLink(String name) throws NamingException {
        return lookup(name);
    }

    @Override
    public Object lookupLink(Name name) throws NamingException {
        return lookup(name);
    }

    @Override
    public NamingEnumeration<NameClassPair> list(String name) throws NamingException {
        return all(
                name,
                (child, object) -> new NameClassPair(child, object.getClass().getName()));
    }

    @Override
    public NamingEnumeration<NameClassPair> list(Name name) throws NamingException {
        return list(name.toString());
    }

    @Override
    public NamingEnumeration<Binding> listBindings(String name) throws NamingException {
        return all(name, Binding::new);
    }

    @Override
    public NamingEnumeration<Binding> listBindings(Name name) throws NamingException {
        return listBindings(name.toString());
    }

    private <T> NamingEnumeration<T> all(String name, BiFunction<String, Object, T> entry) throws NamingException {
        if (!(lookup(name) instanceof AdministeredObjects context)) {
            throw new NotContextException(prefix + name);
        }
        var children = new TreeMap<String, T>();
        for (var key : objects.keySet()) {
            if (key.startsWith(context.prefix)) {
                var below = key.substring(context.prefix.length());
                int slash = below.indexOf('/');
                var child = slash < 0 ? below : below.substring(0, slash);
                children.put(child, entry.apply(child, context.lookup(child)));
            }
        }
        return new Listing<>(children.values().iterator());
    }

    private record Listing<T>(Iterator<T> entries) implements NamingEnumeration<T> {
        @Override
        public T next() {
            return entries.next();
        }

        @Override
        public boolean hasMore() {
            return entries.hasNext();
        }

        @Override
        public boolean hasMoreElements() {
            return entries.hasNext();
        }

        @Override
        public T nextElement() {
            return entries.next();
        }

        @Override
        public void close() {
            // There is nothing behind it that could be closed.
        }
    }

    // Names and the environment

    @Override
    public NameParser getNameParser(String name) {
        return CompositeName::new;
    }

    @Override
    public NameParser getNameParser(Name name) {
        return CompositeName::new;
    }

    @Override
    public String composeName(String name, String before) {
        return before.isEmpty() ? name : before + "/" + name;
    }

    @Override
    public Name composeName(Name name, Name before) throws NamingException {
        return ((Name) before.clone()).addAll(name);
    }

    @Override
    public String getNameInNamespace() {
        return prefix;
    }

    @Override
    public Hashtable<?, ?> getEnvironment() {
        return new Hashtable<>(environment);
    }

    @Override
    public @Nullable Object addToEnvironment(String property, Object value) {
        return environment.put(property, value);
    }

    @Override
    public @Nullable Object removeFromEnvironment(String property) {
        return environment.remove(property);
    }

    @Override
    public void close() {
        // There is nothing behind it that could be closed.
    }

    // What would change it

    private static OperationNotSupportedException readOnly() {
        return new OperationNotSupportedException("what is bound is set in the environment of this context");
    }

    @Override
    public void bind(Name name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void bind(String name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rebind(Name name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rebind(String name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void unbind(Name name) throws NamingException {
        throw readOnly();
    }

    @Override
    public void unbind(String name) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rename(Name from, Name to) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rename(String from, String to) throws NamingException {
        throw readOnly();
    }

    @Override
    public void destroySubcontext(Name name) throws NamingException {
        throw readOnly();
    }

    @Override
    public void destroySubcontext(String name) throws NamingException {
        throw readOnly();
    }

    @Override
    public Context createSubcontext(Name name) throws NamingException {
        throw readOnly();
    }

    @Override
    public Context createSubcontext(String name) throws NamingException {
        throw readOnly();
    }
}
