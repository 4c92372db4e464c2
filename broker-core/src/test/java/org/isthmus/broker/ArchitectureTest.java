package org.isthmus.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The package table of docs/architecture.md. */
@AnalyzeClasses(packages = "org.isthmus.broker", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "org.isthmus.broker.";

    @ArchTest
    static final ArchRule packagesDependDownwardsOnly = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("common")
            .definedBy(ROOT + "common")
            .layer("runtime")
            .definedBy(ROOT + "runtime")
            .layer("record")
            .definedBy(ROOT + "record")
            .layer("log")
            .definedBy(ROOT + "log")
            .layer("metadata")
            .definedBy(ROOT + "metadata")
            .layer("replica")
            .definedBy(ROOT + "replica")
            .layer("coordinator")
            .definedBy(ROOT + "coordinator")
            .layer("group")
            .definedBy(ROOT + "coordinator.group")
            .layer("share")
            .definedBy(ROOT + "coordinator.share")
            .layer("transaction")
            .definedBy(ROOT + "coordinator.transaction")
            .layer("delay")
            .definedBy(ROOT + "coordinator.delay")
            .layer("selector")
            .definedBy(ROOT + "selector")
            .layer("controller")
            .definedBy(ROOT + "controller")
            .layer("client")
            .definedBy(ROOT + "client")
            .layer("network")
            .definedBy(ROOT + "network")
            .layer("codec")
            .definedBy(ROOT + "protocol.codec")
            .layer("handler")
            .definedBy(ROOT + "protocol.handler")
            .layer("protocol.client")
            .definedBy(ROOT + "protocol.client")
            .layer("zookeeper")
            .definedBy(ROOT + "zookeeper")
            .layer("server")
            .definedBy(ROOT + "server")
            .whereLayer("common")
            .mayNotAccessAnyLayer()
            .whereLayer("runtime")
            .mayOnlyAccessLayers("common")
            .whereLayer("record")
            .mayOnlyAccessLayers("common")
            .whereLayer("log")
            .mayOnlyAccessLayers("record", "runtime", "common")
            .whereLayer("metadata")
            .mayOnlyAccessLayers("runtime", "common")
            .whereLayer("replica")
            .mayOnlyAccessLayers("log", "metadata", "record", "runtime", "common")
            .whereLayer("coordinator")
            .mayOnlyAccessLayers("record", "runtime", "metadata", "common")
            .whereLayer("group")
            .mayOnlyAccessLayers("coordinator", "record", "runtime", "metadata", "common")
            .whereLayer("selector")
            .mayNotAccessAnyLayer()
            .whereLayer("share")
            .mayOnlyAccessLayers("coordinator", "record", "runtime", "metadata", "common")
            .whereLayer("transaction")
            .mayOnlyAccessLayers("coordinator", "record", "runtime", "metadata", "common")
            .whereLayer("delay")
            .mayOnlyAccessLayers("coordinator", "record", "runtime", "metadata", "common")
            .whereLayer("controller")
            .mayOnlyAccessLayers("metadata", "runtime", "common")
            .whereLayer("client")
            .mayOnlyAccessLayers("record", "common")
            .whereLayer("network")
            .mayOnlyAccessLayers("runtime", "common")
            .whereLayer("codec")
            .mayOnlyAccessLayers("network", "log", "record", "runtime", "common")
            .whereLayer("handler")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("protocol.client")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("zookeeper")
            .mayOnlyAccessLayers("metadata", "runtime", "common")
            .whereLayer("server")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching(ROOT + "(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule networkAloneKnowsNetty = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "network..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..");

    @ArchTest
    static final ArchRule protocolAloneKnowsKafka = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule zookeeperAloneKnowsCurator = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "zookeeper..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..");

    @ArchTest
    static final ArchRule runtimeAloneAsksForTheTime = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "runtime..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callConstructor(java.util.Random.class)
            .orShould()
            .callMethod(java.util.UUID.class, "randomUUID");
}
