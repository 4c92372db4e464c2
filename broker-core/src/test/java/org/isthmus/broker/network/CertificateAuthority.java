package org.isthmus.broker.network;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * Signs certificates for tests, and writes them as the stores that brokers and clients read. The few parts of X.509 (RFC 5280) that TLS looks at
 * are written here as DER; the JDK has nothing public for that.
 */
public final class CertificateAuthority {
    public static final String PASSWORD = "secret of the stores";

    private static final byte[] ECDSA_WITH_SHA256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

    private final Path directory;
    private final String name;
    private final KeyPair keys;
    private final Certificate certificate;
    private int signed;

    private CertificateAuthority(Path directory, String name) throws GeneralSecurityException, IOException {
        this.directory = directory;
        this.name = name;
        keys = newKeys();
        certificate = sign(name, keys, List.of());
    }

    /** One that nobody trusts yet, whose stores go to this directory. */
    public static CertificateAuthority in(Path directory, String name) throws GeneralSecurityException, IOException {
        return new CertificateAuthority(directory, name);
    }

    /** What a client is set up with that trusts this authority. */
    public Map<String, String> trust() throws GeneralSecurityException, IOException {
        return Map.of(
                "ssl.truststore.location",
                trustStore().toString(),
                "ssl.truststore.type",
                "PKCS12",
                "ssl.truststore.password",
                PASSWORD);
    }

    /** What somebody is set up with whose name this authority vouches for: as a host, if it is one. */
    public Map<String, String> identity(String subject) throws GeneralSecurityException, IOException {
        return Map.of(
                "ssl.keystore.location",
                keyStore(subject).toString(),
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.password",
                PASSWORD);
    }

    private Path trustStore() throws GeneralSecurityException, IOException {
        var store = emptyStore();
        store.setCertificateEntry(name, certificate);
        return written(store, name + "-trust.p12");
    }

    private Path keyStore(String subject) throws GeneralSecurityException, IOException {
        var own = newKeys();
        var store = emptyStore();
        store.setKeyEntry("own", own.getPrivate(), PASSWORD.toCharArray(), chain(subject, own));
        return written(store, name + "-" + subject + ".p12");
    }

    /** The authority's certificate as text. */
    public Path trustPem() throws GeneralSecurityException, IOException {
        return Files.writeString(directory.resolve(name + "-trust.pem"), pem("CERTIFICATE", certificate.getEncoded()));
    }

    /** A key and its certificates as text, in one file. */
    public Path keyPem(String subject) throws GeneralSecurityException, IOException {
        var own = newKeys();
        var text = new StringBuilder(pem("PRIVATE KEY", own.getPrivate().getEncoded()));
        for (var link : chain(subject, own)) {
            text.append(pem("CERTIFICATE", link.getEncoded()));
        }
        return Files.writeString(directory.resolve(name + "-" + subject + ".pem"), text);
    }

    private Certificate[] chain(String subject, KeyPair own) throws GeneralSecurityException, IOException {
        return new Certificate[] {sign(subject, own, names(subject)), certificate};
    }

    private static List<byte[]> names(String host) throws IOException {
        return List.of(
                Character.isDigit(host.charAt(0))
                        ? element(0x87, InetAddress.getByName(host).getAddress())
                        : element(0x82, host.getBytes(StandardCharsets.US_ASCII)));
    }

    private Certificate sign(String subject, KeyPair own, List<byte[]> names)
            throws GeneralSecurityException, IOException {
        var isAuthority = names.isEmpty();
        var extension = isAuthority
                ? sequence(objectId(0x55, 0x1d, 0x13), octets(sequence(element(0x01, (byte) 0xff))))
                : sequence(objectId(0x55, 0x1d, 0x11), octets(sequence(names.toArray(byte[][]::new))));
        var content = sequence(
                element(0xa0, integer(2)),
                integer(++signed),
                ECDSA_WITH_SHA256,
                distinguished(name),
                sequence(time("20200101000000Z"), time("21200101000000Z")),
                distinguished(subject),
                own.getPublic().getEncoded(),
                element(0xa3, sequence(extension)));
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(content);
        var bits = element(0x03, concat(new byte[] {0}, signature.sign()));
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(sequence(content, ECDSA_WITH_SHA256, bits)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private Path written(KeyStore store, String file) throws GeneralSecurityException, IOException {
        var path = directory.resolve(file);
        try (var out = Files.newOutputStream(path)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return path;
    }

    private static String pem(String kind, byte[] content) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n";
    }

    private static byte[] distinguished(String commonName) {
        return new X500Principal("CN=" + commonName).getEncoded();
    }

    private static byte[] integer(long value) {
        return element(0x02, BigInteger.valueOf(value).toByteArray());
    }

    private static byte[] time(String time) {
        return element(0x18, time.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] octets(byte[] content) {
        return element(0x04, content);
    }

    private static byte[] objectId(int... bytes) {
        var content = new byte[bytes.length];
        for (var i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        return element(0x06, content);
    }

    private static byte[] sequence(byte[]... elements) {
        return element(0x30, concat(elements));
    }

    private static byte[] element(int tag, byte... content) {
        var length = content.length;
        var head = new ArrayList<Integer>(List.of(tag));
        if (length < 0x80) {
            head.add(length);
        } else if (length < 0x100) {
            head.addAll(List.of(0x81, length));
        } else {
            head.addAll(List.of(0x82, length >> 8, length & 0xff));
        }
        var out = new ByteArrayOutputStream();
        head.forEach(out::write);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
