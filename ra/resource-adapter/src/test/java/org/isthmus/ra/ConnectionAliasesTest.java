package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a factory or an adapter says that was written for another product. */
class ConnectionAliasesTest {
    @Test
    void factoryMeansWhatItMeantElsewhereAndSaysWhatIsIgnored() {
        var factory = new IsthmusManagedConnectionFactory();
        factory.setBootstrapServersConfig("broker:9092");
        factory.setTrustStore("trusted.jks");
        factory.setHostName("elsewhere");
        try (var warnings = new Warnings(ConnectionAliases.class)) {
            factory.createConnectionFactory((of, request) -> {
                throw new AssertionError("nobody asks for a connection");
            });

            assertThat(factory.getBootstrapServers()).isEqualTo("broker:9092");
            assertThat(factory.getSslTruststoreLocation()).isEqualTo("trusted.jks");
            assertThat(warnings.texts())
                    .containsExactly(
                            "Connection factory property bootstrapServersConfig is called bootstrapServers here",
                            "Connection factory property trustStore is called sslTruststoreLocation here",
                            "Connection factory property hostName has no meaning here; ignored");
        }
    }

    @Test
    void adapterMeansWhatItMeantElsewhereAndSaysWhatIsIgnored() throws Exception {
        var adapter = new IsthmusResourceAdapter();
        adapter.setBootstrapServers("127.0.0.1:1");
        adapter.setDefaultUser("ann");
        adapter.setDefaultPassword("apple");
        adapter.setMaxConnections("50");
        try (var warnings = new Warnings(ConnectionAliases.class);
                var server = new FakeServer()) {
            adapter.start(server);
            adapter.stop();

            assertThat(adapter.getUserName()).isEqualTo("ann");
            assertThat(adapter.getPassword()).isEqualTo("apple");
            assertThat(warnings.texts())
                    .containsExactly(
                            "Adapter property defaultUser is called userName here",
                            "Adapter property defaultPassword is called password here",
                            "Adapter property maxConnections has no meaning here; ignored");
        }
    }
}
