package org.isthmus.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's command-line tools get from Isthmus the answers that they get from Apache Kafka. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KafkaToolsIT {
    private static final int SCRIPTS = 17;

    @TempDir
    static Path directory;

    private static Comparison brokers;
    private static int passed;

    @BeforeAll
    static void start() throws Exception {
        brokers = Comparison.start(directory);
    }

    @AfterAll
    static void stop() {
        brokers.close();
    }

    private static void sameAnswers(String script) throws Exception {
        brokers.sameAnswers(script);
        passed++;
    }

    @Test
    void topicsAreMadeChangedDescribedAndDeleted() throws Exception {
        sameAnswers("""
                topics --create --topic orders --partitions 2 --config retention.ms=3600000
                topics --create --topic orders --partitions 2
                topics --create --topic orders --if-not-exists
                topics --create --topic bad/name
                topics --create --topic wide --partitions 0
                topics --create --topic replicated --replication-factor 3
                topics --create --topic odd --config no.such.setting=1
                topics --create --topic odd --config retention.ms=soon
                ~ topics --describe --topic orders
                topics --alter --topic orders --partitions 4
                topics --alter --topic orders --partitions 3
                topics --alter --topic nowhere --partitions 3
                ~ topics --describe --topic orders
                topics --describe --topic nowhere
                ~ topics --describe --topics-with-overrides --exclude-internal
                topics --describe --under-replicated-partitions
                topics --describe --unavailable-partitions
                topics --create --topic assigned --replica-assignment 1,1
                ~ topics --describe --topic assigned
                topics --delete --topic orders
                topics --delete --topic nowhere
                topics --delete --topic assigned
                topics --describe --topic orders
                """);
    }

    @Test
    void configurationsOfTopicsAreShownAndChanged() throws Exception {
        sameAnswers("""
                topics --create --topic settings
                configs --describe --entity-type topics --entity-name settings
                configs --alter --entity-type topics --entity-name settings --add-config retention.ms=1000,cleanup.policy=compact
                ~ configs --describe --entity-type topics --entity-name settings
                configs --alter --entity-type topics --entity-name settings --add-config cleanup.policy=[compact,delete]
                configs --alter --entity-type topics --entity-name settings --add-config retention.ms=never
                configs --alter --entity-type topics --entity-name settings --add-config segment.bytes=1
                configs --alter --entity-type topics --entity-name settings --add-config no.such.setting=1
                configs --alter --entity-type topics --entity-name settings --delete-config retention.ms
                ~ configs --describe --entity-type topics --entity-name settings
                ~ configs --describe --entity-type topics --entity-name settings --all
                configs --describe --entity-type topics --entity-name nowhere
                configs --alter --entity-type topics --entity-name nowhere --add-config retention.ms=1000
                """);
    }

    @Test
    void configurationsOfGroupsAreShownAndChanged() throws Exception {
        sameAnswers("""
                configs --alter --entity-type groups --entity-name settled --add-config share.auto.offset.reset=earliest
                ~ configs --describe --entity-type groups --entity-name settled
                ~ configs --describe --entity-type groups --entity-name settled --all
                configs --alter --entity-type groups --entity-name settled --add-config share.auto.offset.reset=sometimes
                configs --alter --entity-type groups --entity-name settled --add-config share.record.lock.duration.ms=1
                configs --alter --entity-type groups --entity-name settled --add-config no.such.setting=1
                configs --alter --entity-type groups --entity-name settled --delete-config share.auto.offset.reset
                configs --describe --entity-type groups --entity-name settled
                """);
    }

    @Test
    void configurationsOfBrokersAreShownAndChanged() throws Exception {
        sameAnswers("""
                configs --describe --entity-type brokers --entity-name 1
                configs --describe --entity-type brokers --entity-default
                configs --alter --entity-type brokers --entity-name 1 --add-config log.segment.bytes=2000000
                configs --alter --entity-type brokers --entity-default --add-config log.segment.bytes=3000000,log.cleaner.backoff.ms=1000,log.cleanup.policy=[compact,delete]
                ~ configs --describe --entity-type brokers --entity-name 1
                ~ configs --describe --entity-type brokers --entity-default
                topics --create --topic follower
                ~ configs --describe --entity-type topics --entity-name follower --all
                configs --alter --entity-type brokers --entity-name 1 --delete-config log.segment.bytes
                ~ configs --describe --entity-type brokers --entity-name 1
                configs --alter --entity-type brokers --entity-default --delete-config log.segment.bytes,log.cleaner.backoff.ms,log.cleanup.policy
                ~ configs --describe --entity-type brokers --entity-default
                configs --alter --entity-type brokers --entity-name 1 --add-config log.segment.bytes=1
                configs --alter --entity-type brokers --entity-name 1 --add-config max.connections=few
                configs --alter --entity-type brokers --entity-name 1 --add-config log.cleaner.threads=2
                ~ configs --describe --entity-type brokers --entity-name 1
                configs --alter --entity-type brokers --entity-name 1 --delete-config log.cleaner.threads
                configs --alter --entity-type brokers --entity-name 1 --add-config node.id=7
                configs --alter --entity-type brokers --entity-default --add-config log.cleaner.threads=none
                """);
    }

    @Test
    void linesTypedIntoTheProducerComeOutOfTheConsumer() throws Exception {
        sameAnswers("""
                topics --create --topic lines
                |one
                |two
                |three
                console-producer --topic lines
                |k1:v1
                |k2:v2
                |NULL:v3
                console-producer --topic lines --reader-property parse.key=true --reader-property key.separator=: --compression-codec zstd
                |h1:a,h2:b!with headers
                console-producer --topic lines --reader-property parse.headers=true --reader-property headers.delimiter=! --request-required-acks 1
                console-consumer --topic lines --from-beginning --max-messages 7 --formatter-property print.key=true --formatter-property print.offset=true --formatter-property print.partition=true --formatter-property print.headers=true
                console-consumer --topic lines --partition 0 --offset 5 --max-messages 2
                console-consumer --topic lines --group liners --from-beginning --max-messages 7 --isolation-level read_committed
                console-consumer --topic lines --group liners --timeout-ms 2000
                """);
    }

    @Test
    void consumerGroupsAreListedDescribedResetAndDeleted() throws Exception {
        var file = directory.resolve("offsets.csv");
        Files.writeString(file, "grouped,0,2\n");
        sameAnswers("""
                topics --create --topic grouped
                |one
                |two
                |three
                |four
                console-producer --topic grouped
                console-consumer --topic grouped --group readers --from-beginning --max-messages 3
                consumer-groups --describe --group readers
                consumer-groups --describe --group readers --state
                consumer-groups --describe --group readers --members
                consumer-groups --describe --group readers --offsets --verbose
                ~ consumer-groups --list --state Empty
                consumer-groups --describe --group nobody
                consumer-groups --group readers --reset-offsets --to-earliest --topic grouped --dry-run
                consumer-groups --group readers --reset-offsets --shift-by 1 --topic grouped --execute
                consumer-groups --describe --group readers
                consumer-groups --group readers --reset-offsets --to-offset 99 --topic grouped --execute
                consumer-groups --group readers --reset-offsets --to-datetime 2020-01-01T00:00:00.000 --all-topics --execute
                consumer-groups --group readers --reset-offsets --to-latest --all-topics --export --dry-run
                consumer-groups --group readers --reset-offsets --by-duration P1D --topic grouped --dry-run
                consumer-groups --group readers --reset-offsets --to-current --all-topics --dry-run
                consumer-groups --group readers --reset-offsets --shift-by -9 --topic grouped --dry-run
                consumer-groups --group readers --reset-offsets --from-file %s --execute
                consumer-groups --group readers --reset-offsets --to-earliest --topic nowhere --dry-run
                consumer-groups --group newcomers --reset-offsets --to-offset 2 --topic grouped:0 --execute
                consumer-groups --describe --group newcomers
                consumer-groups --group readers --delete-offsets --topic grouped
                consumer-groups --group readers --delete-offsets --topic nowhere
                consumer-groups --describe --group readers
                consumer-groups --delete --group readers
                consumer-groups --delete --group nobody
                consumer-groups --describe --group readers
                groups --list --group-type classic
                """.formatted(file));
    }

    @Test
    void groupsInUseAreDescribedAndKept() throws Exception {
        try (var ours = LiveGroups.join(brokers.isthmus().bootstrap());
                var theirs = LiveGroups.join(brokers.kafka().bootstrap())) {
            sameAnswers("""
                    ~ consumer-groups --describe --group live-classic
                    consumer-groups --describe --group live-classic --members --verbose
                    consumer-groups --describe --group live-classic --state
                    consumer-groups --group live-classic --reset-offsets --to-earliest --topic live --execute
                    consumer-groups --group live-classic --delete-offsets --topic live
                    consumer-groups --delete --group live-classic
                    ~ consumer-groups --describe --group live-consumer
                    ~ consumer-groups --describe --group live-consumer --offsets --verbose
                    consumer-groups --describe --group live-consumer --members --verbose
                    consumer-groups --describe --group live-consumer --state --verbose
                    consumer-groups --group live-consumer --reset-offsets --to-earliest --topic live --execute
                    consumer-groups --group live-consumer --delete-offsets --topic live
                    consumer-groups --delete --group live-consumer
                    share-groups --describe --group live-share --members --verbose
                    share-groups --describe --group live-share --state
                    share-groups --group live-share --reset-offsets --to-earliest --topic live --execute
                    share-groups --group live-share --delete-offsets --topic live
                    share-groups --delete --group live-share
                    ~ groups --list --group-type consumer
                    ~ groups --list --protocol consumer
                    """);
        }
    }

    @Test
    void shareGroupsAreListedDescribedResetAndDeleted() throws Exception {
        sameAnswers("""
                topics --create --topic shared
                configs --alter --entity-type groups --entity-name sharers --add-config share.auto.offset.reset=earliest
                |one
                |two
                |three
                console-producer --topic shared
                console-share-consumer --topic shared --group sharers --max-messages 3
                share-groups --list
                share-groups --list --state
                share-groups --describe --group sharers
                share-groups --describe --group sharers --state
                share-groups --describe --group sharers --members
                share-groups --describe --group nobody
                share-groups --group sharers --reset-offsets --to-earliest --topic shared --dry-run
                share-groups --group sharers --reset-offsets --to-earliest --topic shared --execute
                share-groups --describe --group sharers
                console-share-consumer --topic shared --group sharers --max-messages 3 --formatter-property print.delivery=true
                share-groups --group sharers --delete-offsets --topic shared
                share-groups --group sharers --delete-offsets --topic nowhere
                share-groups --delete --group sharers
                share-groups --delete --group nobody
                share-groups --list
                """);
    }

    @Test
    void offsetsAreFoundByMeaningAndByTime() throws Exception {
        sameAnswers("""
                topics --create --topic offsets --partitions 2
                |a:1
                |b:2
                |c:3
                |d:4
                console-producer --topic offsets --reader-property parse.key=true --reader-property key.separator=:
                ~ get-offsets --topic offsets
                ~ get-offsets --topic offsets --time earliest
                ~ get-offsets --topic offsets --time earliest-local
                ~ get-offsets --topic offsets --time latest-tiered
                ~ get-offsets --topic offsets --time 0
                ~ get-offsets --topic offsets --time 9999999999999
                ~ get-offsets --topic-partitions offsets:1-
                get-offsets --topic nowhere
                topics --create --topic lone
                |one
                console-producer --topic lone
                get-offsets --topic lone --time max-timestamp
                """);
    }

    @Test
    void recordsAreDeletedUpToAnOffset() throws Exception {
        var file = directory.resolve("delete.json");
        Files.writeString(file, """
                {"version":1,"partitions":[{"topic":"shortened","partition":0,"offset":2}]}""");
        var beyond = directory.resolve("beyond.json");
        Files.writeString(beyond, """
                {"version":1,"partitions":[{"topic":"shortened","partition":0,"offset":99}]}""");
        sameAnswers("""
                topics --create --topic shortened
                |one
                |two
                |three
                console-producer --topic shortened
                delete-records --offset-json-file %s
                get-offsets --topic shortened --time earliest
                ~ delete-records --offset-json-file %s
                console-consumer --topic shortened --from-beginning --max-messages 1
                """.formatted(file, beyond));
    }

    @Test
    void theClusterTellsItsFeaturesAndVersions() throws Exception {
        sameAnswers("""
                ~ features --bootstrap-server {broker} describe
                cluster cluster-id
                cluster list-endpoints
                broker-api-versions
                """);
    }

    @Test
    void logDirectoriesAreDescribed() throws Exception {
        sameAnswers("""
                topics --create --topic kept --partitions 2
                |key:one
                console-producer --topic kept --reader-property parse.key=true --reader-property key.separator=:
                log-dirs --describe --topic-list kept --broker-list 1
                log-dirs --describe --topic-list kept --broker-list 9
                """);
    }

    @Test
    void leadersAreElectedAndReassignmentsListed() throws Exception {
        sameAnswers("""
                topics --create --topic led
                leader-election --election-type preferred --topic led --partition 0
                leader-election --election-type unclean --topic led --partition 0
                leader-election --election-type preferred --topic nowhere --partition 0
                reassign-partitions --list
                """);
    }

    @Test
    void moveIsThrottledAndTheThrottleTakenAwayWhenItIsDone() throws Exception {
        var plan = directory.resolve("plan.json");
        Files.writeString(plan, """
                {"version": 1, "partitions": [{"topic": "moved", "partition": 0, "replicas": [1]}]}
                """);
        sameAnswers("""
                topics --create --topic moved
                reassign-partitions --execute --reassignment-json-file FILE --throttle 1000000
                ~ configs --describe --entity-type topics --entity-name moved
                ~ configs --describe --entity-type brokers --entity-name 1
                reassign-partitions --verify --reassignment-json-file FILE
                ~ configs --describe --entity-type topics --entity-name moved
                ~ configs --describe --entity-type brokers --entity-name 1
                configs --alter --entity-type topics --entity-name moved --add-config leader.replication.throttled.replicas=all
                configs --alter --entity-type brokers --entity-name 1 --add-config leader.replication.throttled.rate=-1
                """.replace("FILE", plan.toString()));
    }

    @Test
    void verifiableClientsSeeEveryRecord() throws Exception {
        sameAnswers("""
                topics --create --topic verified
                #producer_send_success verifiable-producer --topic verified --max-messages 20 --value-prefix 7 --repeating-keys 5
                verifiable-consumer --topic verified --group-id verifiers --max-messages 20
                verifiable-share-consumer --topic verified --group-id share-verifiers --max-messages 20 --offset-reset-strategy earliest
                #ShutdownComplete transactional-message-copier --broker-list {broker} --input-topic verified --input-partition 0 --output-topic copied --transactional-id copier --consumer-group copiers --max-messages 20 --transaction-size 5
                console-consumer --topic copied --from-beginning --max-messages 20 --isolation-level read_committed
                """);
    }

    @Test
    void performanceClientsReachTheirCounts() throws Exception {
        sameAnswers("""
                topics --create --topic measured
                #1000 producer-perf-test --topic measured --num-records 1000 --record-size 100 --throughput -1
                #100 producer-perf-test --topic measured --num-records 100 --record-size 100 --throughput -1 --transactional-id measuring --transaction-duration-ms 50
                #1000 consumer-perf-test --topic measured --num-records 1000 --group measurers --hide-header
                configs --alter --entity-type groups --entity-name share-measurers --add-config share.auto.offset.reset=earliest
                #Percentiles end-to-end-latency --topic measured-later --num-records 20 --producer-acks 1 --record-size 100
                #1000 share-consumer-perf-test --topic measured --timeout 60000 --num-records 1000 --group share-measurers --hide-header
                """);
    }

    @Test
    void transactionsAreListedDescribedAndAborted() throws Exception {
        try (var ours = OpenTransaction.begin(brokers.isthmus().bootstrap());
                var theirs = OpenTransaction.begin(brokers.kafka().bootstrap())) {
            sameAnswers("""
                    transactions --bootstrap-server {broker} list
                    transactions --bootstrap-server {broker} describe --transactional-id hanging
                    transactions --bootstrap-server {broker} describe --transactional-id nobody
                    transactions --bootstrap-server {broker} describe-producers --topic undecided --partition 0
                    transactions --bootstrap-server {broker} find-hanging --topic undecided --max-transaction-timeout 1
                    transactions --bootstrap-server {broker} find-hanging --broker-id 1
                    transactions --bootstrap-server {broker} abort --topic undecided --partition 0 --start-offset 7
                    transactions --bootstrap-server {broker} abort --topic undecided --partition 0 --start-offset 0
                    transactions --bootstrap-server {broker} describe-producers --topic undecided --partition 0
                    transactions --bootstrap-server {broker} forceTerminateTransaction --transactional-id hanging
                    transactions --bootstrap-server {broker} list
                    get-offsets --topic undecided
                    """);
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void everyDocumentedDifferenceIsReal() {
        assumeTrue(passed == SCRIPTS, "some scripts were not run or did not pass");
        brokers.assertEveryDocumentedDifferenceIsReal();
    }
}
