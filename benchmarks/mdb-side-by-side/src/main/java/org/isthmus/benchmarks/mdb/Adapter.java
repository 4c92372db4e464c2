package org.isthmus.benchmarks.mdb;

/** Whose messaging the application uses, in the words of its descriptors. */
enum Adapter {
    ISTHMUS("java:/jms/isthmus/ConnectionFactory") {
        @Override
        String destination(String queue) {
            return """
                    <jms-destination>
                      <name>java:global/measured/%1$s</name><interface-name>jakarta.jms.Queue</interface-name>
                      <class-name>org.isthmus.jms.IsthmusQueue</class-name><resource-adapter>isthmus</resource-adapter>
                      <destination-name>%1$s</destination-name>
                      <property><name>physicalName</name><value>%1$s</value></property>
                    </jms-destination>
                    """.formatted(queue);
        }

        @Override
        String module() {
            return "<module name=\"deployment.isthmus.rar\"/>";
        }

        @Override
        String binding(String bean) {
            return "<r:resource-adapter-binding><ejb-name>" + bean
                    + "</ejb-name><r:resource-adapter-name>isthmus.rar</r:resource-adapter-name></r:resource-adapter-binding>";
        }
    },
    /** What WildFly takes where nobody says anything. */
    ARTEMIS("java:/JmsXA") {
        @Override
        String destination(String queue) {
            return """
                    <jms-destination>
                      <name>java:global/measured/%1$s</name><interface-name>jakarta.jms.Queue</interface-name>
                      <destination-name>%1$s</destination-name>
                    </jms-destination>
                    """.formatted(queue);
        }

        @Override
        String module() {
            return "";
        }

        @Override
        String binding(String bean) {
            return "";
        }
    };

    private final String factory;

    Adapter(String factory) {
        this.factory = factory;
    }

    /** The name of the pool that takes part in transactions. */
    String factory() {
        return factory;
    }

    abstract String destination(String queue);

    abstract String module();

    abstract String binding(String bean);
}
