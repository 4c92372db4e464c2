package org.isthmus.jms;

import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which classes a received object message may bring to life. Serial data runs code of the classes that it names, so by default only
 * values of the Java platform are read; an application adds its own packages.
 */
final class TrustedClasses {
    static final TrustedClasses ALL = new TrustedClasses(List.of("*"));

    private static final List<String> VALUES = List.of(
            "java.lang", "java.math", "java.time", "java.util", "java.util.concurrent", "java.util.concurrent.atomic");

    private final List<String> packages;

    private TrustedClasses(List<String> packages) {
        this.packages = packages;
    }

    /**
     * The platform's values and these packages.
     *
     * @param packages names with commas between them; each means the package and what is below it, {@code *} means every class
     */
    static TrustedClasses with(String packages) {
        return new TrustedClasses(Stream.of(packages.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList());
    }

    ObjectInputStream reader(InputStream serial) throws IOException {
        var reader = new Reader(serial);
        reader.setObjectInputFilter(this::judge);
        return reader;
    }

    private ObjectInputFilter.Status judge(ObjectInputFilter.FilterInfo info) {
        var type = info.serialClass();
        if (type == null) {
            return ObjectInputFilter.Status.UNDECIDED; // depth, references and bytes: the JVM-wide filter's business
        }
        while (type.isArray()) {
            type = type.getComponentType();
        }
        // What is not trusted was refused by name before it was loaded.
        return type.isPrimitive() || trusts(type.getName())
                ? ObjectInputFilter.Status.ALLOWED
                : ObjectInputFilter.Status.REJECTED;
    }

    private boolean trusts(String className) {
        int dot = className.lastIndexOf('.');
        var own = dot < 0 ? "" : className.substring(0, dot);
        if (VALUES.contains(own)) {
            return true;
        }
        for (var name : packages) {
            if (name.equals("*") || own.equals(name) || own.startsWith(name + ".")) {
                return true;
            }
        }
        return false;
    }

    private final class Reader extends ObjectInputStream {
        Reader(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            var name = description.getName();
            if (!name.startsWith("[") && !trusts(name)) {
                throw new InvalidClassException(
                        name, "not trusted; add its package to trustedPackages of the connection factory");
            }
            try {
                // The application's classes: the provider may live in a class loader that does not see them.
                return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description); // primitives, and threads without a context class loader
            }
        }
    }
}
