package org.isthmus.ra;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The adapter's part of the package table of docs/architecture.md. */
@AnalyzeClasses(packages = "org.isthmus.ra", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule inboundAndOutboundKnowNothingOfTheAdapterOrOfEachOther = noClasses()
            .that()
            .resideInAPackage("org.isthmus.ra.inbound")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.isthmus.ra", "org.isthmus.ra.outbound");

    @ArchTest
    static final ArchRule outboundKnowsNothingOfTheAdapterOrOfInbound = noClasses()
            .that()
            .resideInAPackage("org.isthmus.ra.outbound")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.isthmus.ra", "org.isthmus.ra.inbound");

    @ArchTest
    static final ArchRule onlyTheAdapterItselfStartsABroker = noClasses()
            .that()
            .resideOutsideOfPackage("org.isthmus.ra")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.isthmus.broker..");
}
