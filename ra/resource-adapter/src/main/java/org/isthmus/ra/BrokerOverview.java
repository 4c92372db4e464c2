package org.isthmus.ra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.management.MBeanException;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.Credentials;
import org.isthmus.broker.client.GroupView;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.OperatorClient;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.client.BrokerClients;
import org.jspecify.annotations.Nullable;

/**
 * Asks the adapter's broker what it holds, over a client of its own that is made when somebody first asks and lives until the adapter stops. Safe
 * for use by many threads.
 */
final class BrokerOverview implements BrokerOverviewMXBean, AutoCloseable {
    private final List<? extends Endpoint> broker;
    private final ClientConfig config;
    private @Nullable OperatorClient client; // guarded by this
    private boolean isClosed; // guarded by this

    /**
     * An overview, for which nobody has asked yet.
     *
     * @param timeout how long a question may take, with all that it asks
     * @param who as whom it asks, where the broker wants to know
     * @param tls how TLS is spoken with the broker, if it is
     */
    BrokerOverview(
            List<? extends Endpoint> broker, Duration timeout, @Nullable Credentials who, @Nullable TlsSettings tls) {
        this.broker = broker;
        this.config = ClientConfig.defaults("isthmus-overview")
                .withRequestTimeout(timeout)
                .withCredentials(who)
                .withTls(tls);
    }

    @Override
    public List<Topic> getTopics() throws MBeanException {
        return told(operator -> topics(operator));
    }

    @Override
    public List<Consumption> getConsumption() throws MBeanException {
        return told(operator -> consumption(operator));
    }

    private static List<Topic> topics(OperatorClient operator) {
        var topics = join(operator.cluster()).topics();
        var oldest = new HashMap<TopicPartition, OffsetSpec>();
        var latest = new HashMap<TopicPartition, OffsetSpec>();
        for (var topic : topics) {
            for (int n = 0; n < topic.partitions().size(); n++) {
                // A partition that nobody leads would only make the question wait.
                if (!topic.partitions().get(n).leader().isNone()) {
                    var partition = new TopicPartition(topic.name(), n);
                    oldest.put(partition, new OffsetSpec.Earliest());
                    latest.put(partition, new OffsetSpec.Latest());
                }
            }
        }
        var starts = operator.offsets(oldest);
        var ends = join(operator.offsets(latest));
        var records = new HashMap<String, Long>();
        join(starts)
                .forEach((partition, start) ->
                        records.merge(partition.topic(), ends.getOrDefault(partition, start) - start, Long::sum));
        return topics.stream()
                .map(topic -> new Topic(
                        topic.name(),
                        topic.isInternal(),
                        topic.partitions().size(),
                        records.getOrDefault(topic.name(), 0L)))
                .sorted(Comparator.comparing(Topic::name))
                .toList();
    }

    private static List<Consumption> consumption(OperatorClient operator) {
        var asked = new ArrayList<CompletionStage<List<Consumption>>>();
        // Each broker names the share groups that it has something of.
        join(operator.groups()).stream()
                .collect(Collectors.toMap(GroupView::name, Function.identity(), (one, same) -> one, TreeMap::new))
                .values()
                .forEach(group -> asked.add(lags(operator, group).thenApply(lags -> rows(group, lags))));
        return asked.stream().flatMap(rows -> join(rows).stream()).toList();
    }

    private static List<Consumption> rows(GroupView group, Map<String, Long> lags) {
        if (lags.isEmpty()) {
            return List.of(new Consumption(group.name(), group.type(), group.state(), "", 0));
        }
        return lags.entrySet().stream()
                .map(lag -> new Consumption(group.name(), group.type(), group.state(), lag.getKey(), lag.getValue()))
                .toList();
    }

    private static CompletionStage<Map<String, Long>> lags(OperatorClient operator, GroupView group) {
        if (group.type().equalsIgnoreCase("share")) {
            return operator.standing(group.name()).thenApply(standing -> {
                var lags = new TreeMap<String, Long>();
                standing.forEach(one -> lags.merge(one.partition().topic(), Math.max(0, one.left()), Long::sum));
                return lags;
            });
        }
        return operator.committed(group.name()).thenCompose(committed -> {
            var wanted = new HashMap<TopicPartition, OffsetSpec>();
            committed.keySet().forEach(partition -> wanted.put(partition, new OffsetSpec.Latest()));
            return operator.offsets(wanted).thenApply(ends -> {
                var lags = new TreeMap<String, Long>();
                committed.forEach((partition, offset) ->
                        lags.merge(partition.topic(), ends.getOrDefault(partition, offset) - offset, Long::sum));
                return lags;
            });
        });
    }

    private <T> T told(Function<OperatorClient, T> question) throws MBeanException {
        try {
            return question.apply(client());
        } catch (BrokerException | IllegalStateException e) {
            // Management tools need not know the broker's types.
            throw new MBeanException(new IllegalStateException(e.getMessage()), e.getMessage());
        }
    }

    private synchronized OperatorClient client() {
        if (isClosed) {
            throw new IllegalStateException("The adapter has stopped");
        }
        var open = client;
        if (open == null) {
            open = BrokerClients.operate(List.copyOf(broker), config);
            client = open;
        }
        return open;
    }

    private static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BrokerException refused) {
                throw refused;
            }
            throw new IllegalStateException(Objects.requireNonNullElse(e.getMessage(), "The broker did not answer"), e);
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
