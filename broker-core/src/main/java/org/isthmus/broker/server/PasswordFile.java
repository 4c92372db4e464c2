package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.broker.client.Credentials;
import org.isthmus.broker.protocol.handler.Users;

/**
 * Who may come in, and by which password: a text file with a line {@code name:password} for each, empty lines and such that begin with
 * {@code #} aside. It is read once. Never changes.
 */
record PasswordFile(Map<String, String> passwords) implements Users {
    PasswordFile {
        passwords = Map.copyOf(passwords);
    }

    /** Fails where the file cannot be read, with {@link IllegalArgumentException} where a line is no {@code name:password}. */
    static PasswordFile read(Path file) throws IOException {
        var passwords = new HashMap<String, String>();
        int number = 0;
        for (var line : lines(file)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                // Not the line itself, which may be a password.
                throw new IllegalArgumentException(file + ", line " + number + ": not of the form name:password");
            }
            passwords.put(line.substring(0, colon), line.substring(colon + 1));
        }
        return new PasswordFile(passwords);
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }

    @Override
    public boolean admits(String name, String password) {
        var known = passwords.get(name);
        // In a time that does not tell how much of it is right.
        return known != null && MessageDigest.isEqual(bytes(known), bytes(password));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Optional<Credentials> of(String name) {
        return Optional.ofNullable(passwords.get(name)).map(password -> new Credentials(name, password));
    }
}
