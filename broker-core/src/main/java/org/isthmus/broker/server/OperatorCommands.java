package org.isthmus.broker.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.ClusterView;
import org.isthmus.broker.client.Credentials;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.OperatorClient;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.jspecify.annotations.Nullable;

/** The commands that look at a running cluster, or change it: each asks, prints a table and ends. */
final class OperatorCommands {
    static final Set<String> NAMES = Set.of("cluster", "topics", "groups", "transactions");
    static final String USAGE = """

            Operating a cluster that runs: java -jar isthmus-broker.jar COMMAND [options]

              cluster                              its brokers, its controller, and what is not as it should be
              topics                               every topic
              topics describe TOPIC                leaders, replicas and who is in sync, for each partition
              topics create TOPIC                  --partitions N, --replicas N, --config KEY=VALUE
              topics delete TOPIC
              groups                               every group
              groups describe GROUP                what it committed, and how far behind it is
              groups delete GROUP                  of a queue, a subscription or consumers, while nobody consumes, with what it has left
              transactions                         those that are under way, and the branches that wait for their managers
              transactions commit|rollback XID     decides a prepared branch in its manager's place
              transactions forget XID              drops what is remembered of that decision

              --bootstrap HOST:PORT                any broker of the cluster (default: 127.0.0.1:9092); SSL://HOST:PORT where
                                                   it speaks TLS
              --tls FILE                           for brokers that speak TLS: properties ssl.truststore.location=… and
                                                   whatever else of ssl.… stock clients take
              --login FILE                         for brokers that ask: a file with the line USER:PASSWORD
            """;

    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final OperatorClient client;
    private final PrintStream out;

    private OperatorCommands(OperatorClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    /** What was said: words, and options with their values. */
    private record Said(List<String> words, Map<String, String> options, Map<String, String> configs) {
        String word(int index, String what) throws CommandLine.UsageException {
            if (index >= words.size()) {
                throw new CommandLine.UsageException("'" + String.join(" ", words) + "' needs " + what);
            }
            return words.get(index);
        }

        int number(String option) throws CommandLine.UsageException {
            var text = options.getOrDefault(option, "-1");
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new CommandLine.UsageException(option + " is a whole number, not " + text);
            }
        }
    }

    /** Fails with {@link IOException} where the cluster is not reached or refuses. */
    static void run(PrintStream out, String... arguments) throws CommandLine.UsageException, IOException {
        var said = read(arguments);
        var bootstrap = said.options().getOrDefault("--bootstrap", "127.0.0.1:9092");
        var config = ClientConfig.defaults("isthmus-operator")
                .withRequestTimeout(TIMEOUT)
                .withCredentials(credentials(said.options().get("--login")))
                .withTls(tls(said.options().get("--tls")));
        try (var client = BrokerClients.operate(addresses(bootstrap), config)) {
            new OperatorCommands(client, out).carryOut(said);
        } catch (BrokerException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    private static @Nullable TlsSettings tls(@Nullable String file) throws IOException {
        return file == null ? null : TlsSettings.ofAll(CommandLine.properties(file));
    }

    private static @Nullable Credentials credentials(@Nullable String file)
            throws CommandLine.UsageException, IOException {
        if (file == null) {
            return null;
        }
        try {
            var users = PasswordFile.read(Path.of(file));
            if (users.passwords().size() == 1) {
                return users.of(users.passwords().keySet().iterator().next()).orElseThrow();
            }
        } catch (IllegalArgumentException e) {
            throw new CommandLine.UsageException(Objects.requireNonNullElse(e.getMessage(), file));
        }
        throw new CommandLine.UsageException("--login: " + file + " has not one line USER:PASSWORD");
    }

    private static Said read(String... arguments) throws CommandLine.UsageException {
        var said = new Said(new ArrayList<>(), new HashMap<>(), new HashMap<>());
        var words = List.of(arguments).iterator();
        while (words.hasNext()) {
            var word = words.next();
            if (!word.startsWith("--")) {
                said.words().add(word);
                continue;
            }
            if (!Set.of("--bootstrap", "--login", "--tls", "--partitions", "--replicas", "--config")
                            .contains(word)
                    || !words.hasNext()) {
                throw new CommandLine.UsageException("'" + word + "' is not understood, or has no value");
            }
            var value = words.next();
            if (word.equals("--config")) {
                CommandLine.set(value, said.configs());
            } else {
                said.options().put(word, value);
            }
        }
        return said;
    }

    private static List<Endpoint> addresses(String bootstrap) throws CommandLine.UsageException {
        var addresses = new ArrayList<Endpoint>();
        for (var address : bootstrap.split(",", -1)) {
            addresses.add(CommandLine.address(address.strip()));
        }
        return addresses;
    }

    private void carryOut(Said said) throws CommandLine.UsageException {
        var action = said.words().size() > 1 ? said.words().get(1) : "list";
        switch (said.words().get(0) + " " + action) {
            case "cluster list" -> cluster();
            case "topics list" -> topics();
            case "topics describe" -> topic(said.word(2, "the name of a topic"));
            case "topics create" -> create(said);
            case "topics delete" -> await(client.deleteTopic(said.word(2, "the name of a topic")));
            case "groups list" -> groups();
            case "groups describe" -> group(said.word(2, "the name of a group"));
            case "groups delete" -> forget(said.word(2, "the name of a group"));
            case "transactions list" -> transactions();
            case "transactions commit" -> end(xid(said), true);
            case "transactions rollback" -> end(xid(said), false);
            case "transactions forget" -> await(client.forgetBranch(xid(said)));
            default ->
                throw new CommandLine.UsageException("'" + String.join(" ", said.words()) + "' is not understood");
        }
    }

    private static Xid xid(Said said) throws CommandLine.UsageException {
        try {
            return Xid.parse(said.word(2, "an Xid, as 'transactions' shows it"));
        } catch (IllegalArgumentException e) {
            throw new CommandLine.UsageException(Objects.requireNonNullElse(e.getMessage(), "this is not an Xid"));
        }
    }

    private void cluster() {
        var view = await(client.cluster());
        out.println("cluster " + view.id());
        print(
                List.of("BROKER", "ADDRESS", "RACK", "LEADS", "REPLICAS", "ROLE"),
                view.brokers().stream()
                        .sorted(Comparator.comparingInt(broker -> broker.id().value()))
                        .map(broker -> List.of(
                                broker.id().toString(),
                                broker.host() + ":" + broker.port(),
                                broker.rack(),
                                count(view, partition -> partition.leader().equals(broker.id())),
                                count(view, partition -> partition.replicas().contains(broker.id())),
                                broker.id().equals(view.controller()) ? "controller" : ""))
                        .toList());
        out.println("partitions without a leader: "
                + count(view, partition -> partition.leader().isNone())
                + ", with too few in sync: " + count(view, ClusterView.Partition::isUnderReplicated));
    }

    private static String count(ClusterView view, Function<ClusterView.Partition, Boolean> counted) {
        return Long.toString(view.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(counted::apply)
                .count());
    }

    private void topics() {
        print(
                List.of("TOPIC", "PARTITIONS", "REPLICAS", "NO LEADER", "TOO FEW IN SYNC"),
                await(client.cluster()).topics().stream()
                        .sorted(Comparator.comparing(ClusterView.Topic::name))
                        .map(topic -> {
                            var partitions = topic.partitions();
                            var leaderless = partitions.stream()
                                    .filter(partition -> partition.leader().isNone());
                            var behind = partitions.stream().filter(ClusterView.Partition::isUnderReplicated);
                            return List.of(
                                    topic.name(),
                                    Integer.toString(partitions.size()),
                                    Integer.toString(
                                            partitions.get(0).replicas().size()),
                                    Long.toString(leaderless.count()),
                                    Long.toString(behind.count()));
                        })
                        .toList());
    }

    private void topic(String name) {
        // Who asks for a topic that there is not is told so.
        await(client.topic(name));
        var rows = new ArrayList<List<String>>();
        await(client.cluster()).topics().stream()
                .filter(topic -> topic.name().equals(name))
                .flatMap(topic -> topic.partitions().stream())
                .forEach(partition -> rows.add(List.of(
                        Integer.toString(rows.size()),
                        partition.leader().isNone()
                                ? "none"
                                : partition.leader().toString(),
                        Integer.toString(partition.leaderEpoch()),
                        join(partition.replicas()),
                        join(partition.isr()),
                        join(partition.offline()))));
        print(List.of("PARTITION", "LEADER", "EPOCH", "REPLICAS", "IN SYNC", "OFFLINE"), rows);
    }

    private static String join(List<BrokerId> ids) {
        return ids.stream().map(BrokerId::toString).collect(Collectors.joining(","));
    }

    private void create(Said said) throws CommandLine.UsageException {
        var created = await(client.createTopic(new NewTopic(
                said.word(2, "the name of a topic"),
                said.number("--partitions"),
                said.number("--replicas"),
                said.configs())));
        out.println("created " + created.name() + " with " + created.partitions() + " partitions, id " + created.id());
    }

    private void groups() {
        print(
                List.of("GROUP", "TYPE", "STATE", "COORDINATOR"),
                await(client.groups()).stream()
                        .map(group -> List.of(
                                group.name(),
                                group.type(),
                                group.state(),
                                group.coordinator().toString()))
                        .sorted(Comparator.comparing(row -> row.get(0)))
                        .toList());
    }

    private void group(String name) {
        var committed = new TreeMap<TopicPartition, Long>(TopicPartition.BY_NAME);
        committed.putAll(await(client.committed(name)));
        if (committed.isEmpty()) {
            shareGroup(name);
            return;
        }
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        committed.keySet().forEach(partition -> wanted.put(partition, new OffsetSpec.Latest()));
        var ends = await(client.offsets(wanted));
        var rows = committed.entrySet().stream()
                .map(entry -> {
                    var end = ends.getOrDefault(entry.getKey(), entry.getValue());
                    return List.of(
                            entry.getKey().topic(),
                            Integer.toString(entry.getKey().partition()),
                            Long.toString(entry.getValue()),
                            Long.toString(end),
                            Long.toString(end - entry.getValue()));
                })
                .toList();
        print(List.of("TOPIC", "PARTITION", "COMMITTED", "END", "LAG"), rows);
    }

    private void shareGroup(String name) {
        print(
                List.of("TOPIC", "PARTITION", "START", "LEFT"),
                await(client.standing(name)).stream()
                        .sorted(Comparator.comparing(ShareStanding::partition, TopicPartition.BY_NAME))
                        .map(standing -> List.of(
                                standing.partition().topic(),
                                Integer.toString(standing.partition().partition()),
                                Long.toString(standing.start()),
                                standing.left() < 0 ? "unknown" : Long.toString(standing.left())))
                        .toList());
    }

    private void forget(String name) {
        await(client.deleteGroup(name));
        out.println("deleted " + name);
    }

    private void transactions() {
        print(
                List.of("TRANSACTIONAL ID", "PRODUCER", "STATE", "COORDINATOR"),
                await(client.transactions()).stream()
                        .map(found -> List.of(
                                found.transactionalId(),
                                Long.toString(found.producerId()),
                                found.state(),
                                found.coordinator().toString()))
                        .sorted(Comparator.comparing(row -> row.get(0)))
                        .toList());
        out.println();
        print(
                List.of("PREPARED BRANCH", "STATE", "SINCE", "TRANSACTIONAL ID"),
                await(client.preparedBranches()).stream()
                        .map(branch -> List.of(
                                branch.xid().toString(),
                                branch.state().toString(),
                                branch.age().toSeconds() + " s",
                                branch.transactionalId()))
                        .toList());
    }

    /** An administrator's decision: the manager hears of it, and it is remembered until it is forgotten. */
    private void end(Xid xid, boolean commit) {
        out.println(xid + ": " + await(client.endBranch(xid, commit, true)));
    }

    private void print(List<String> head, List<List<String>> rows) {
        var widths = new int[head.size()];
        for (var column = 0; column < widths.length; column++) {
            widths[column] = head.get(column).length();
            for (var row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        line(head, widths);
        rows.forEach(row -> line(row, widths));
    }

    private void line(List<String> row, int[] widths) {
        var text = new StringBuilder();
        for (var column = 0; column < widths.length; column++) {
            text.append(row.get(column))
                    .append(" ".repeat(widths[column] - row.get(column).length() + 2));
        }
        out.println(text.toString().stripTrailing());
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BrokerException refused) {
                throw refused;
            }
            throw e;
        }
    }
}
