package org.isthmus.jms;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The provider's part of the package table of docs/architecture.md. */
@AnalyzeClasses(packages = "org.isthmus.jms", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule mappingKnowsNoSession = noClasses()
            .that()
            .resideInAPackage("org.isthmus.jms.mapping")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.isthmus.jms", "org.isthmus.jms.transaction");

    @ArchTest
    static final ArchRule onlyTheClientOfTheBrokerIsUsed = noClasses()
            .that()
            .haveNameNotMatching(".*\\.Dialers(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.isthmus.broker.server..",
                    "org.isthmus.broker.protocol..",
                    "org.isthmus.broker.network..",
                    "org.isthmus.broker.log..",
                    "org.isthmus.broker.coordinator..",
                    "org.isthmus.broker.metadata..");

    @ArchTest
    static final ArchRule nothingButJakartaMessagingAndTheBroker = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "org.isthmus.jms..",
                    "org.isthmus.broker..",
                    "jakarta.jms..",
                    "java..",
                    "javax.naming..",
                    "javax.transaction.xa..",
                    "org.jspecify.annotations..");
}
