package org.isthmus.broker.zookeeper;

import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.runtime.EventLoop;

/**
 * One look at nodes, all at once and answered in order. Owned by the loop, for one look. Ends once: with what was read, or with the first
 * failure.
 */
final class Reading {
    /** What is noted of attempts that took effect: of each process its last one. */
    record Note(List<String> lines, int version) {}

    private final CuratorFramework client;
    private final EventLoop loop;
    private int open;
    private Code failure = Code.OK;
    private Note note = new Note(List.of(), -1);
    private Runnable finished = () -> {};

    Reading(CuratorFramework client, EventLoop loop) {
        this.client = client;
        this.loop = loop;
    }

    /** Reads everything anew, as it is now for all: a server that lags is made to catch up first. */
    void all(UUID clusterId, BrokerId self, BiConsumer<Mirror, Note> read, Consumer<Code> failed) {
        var mirror = new Mirror(clusterId);
        finished = () -> end(() -> read.accept(mirror, note), failed);
        sync(() -> {
            note(self);
            node(ZNodes.CONTROLLER, mirror);
            node(ZNodes.PRODUCER_IDS, mirror);
            for (var folder : List.of(ZNodes.BROKERS, ZNodes.TOPICS, ZNodes.GROUPS, ZNodes.BROKER_SETTINGS)) {
                children(folder, name -> node(folder + "/" + name, mirror));
            }
            children(ZNodes.PARTITIONS, topic -> {
                var folder = ZNodes.PARTITIONS + "/" + topic;
                children(folder, index -> node(folder + "/" + index, mirror));
            });
        });
    }

    /** Reads some nodes into what is known. */
    void some(List<String> paths, Mirror mirror, BrokerId self, Consumer<Note> read, Consumer<Code> failed) {
        finished = () -> end(() -> read.accept(note), failed);
        note(self);
        paths.forEach(path -> node(path, mirror));
    }

    /** Has the server catch up with all others, which tells of what was changed by then. */
    void catchUp(Runnable caughtUp, Consumer<Code> failed) {
        finished = () -> end(caughtUp, failed);
        sync(() -> {});
    }

    private void sync(Runnable then) {
        ask(callback -> client.sync().inBackground(callback).forPath(ZNodes.STATE), synced -> then.run());
    }

    private void end(Runnable read, Consumer<Code> failed) {
        if (failure == Code.OK) {
            read.run();
        } else {
            failed.accept(failure);
        }
    }

    private void note(BrokerId self) {
        ask(
                callback -> client.getData().inBackground(callback).forPath(ZNodes.attempts(self)),
                event -> note = new Note(
                        ZNodes.text(event.getData()).lines().toList(),
                        event.getStat().getVersion()));
    }

    private void node(String path, Mirror mirror) {
        ask(callback -> client.getData().inBackground(callback).forPath(path), event -> {
            if (event.getResultCode() == Code.NONODE.intValue()) {
                mirror.gone(path);
            } else if (event.getData() != null) {
                mirror.read(path, event.getData(), event.getStat());
            }
        });
    }

    private void children(String folder, Consumer<String> each) {
        ask(callback -> client.getChildren().inBackground(callback).forPath(folder), event -> {
            if (event.getChildren() != null) {
                event.getChildren().forEach(each);
            }
        });
    }

    private interface Question {
        void ask(BackgroundCallback callback) throws Exception;
    }

    private void ask(Question question, Consumer<CuratorEvent> answer) {
        open++;
        try {
            question.ask((ignored, event) -> loop.execute(() -> answered(event, answer)));
        } catch (Exception e) {
            loop.execute(() -> failed(e instanceof KeeperException known ? known.code() : Code.CONNECTIONLOSS));
        }
    }

    private void answered(CuratorEvent event, Consumer<CuratorEvent> answer) {
        var code = Code.get(event.getResultCode());
        if (code != Code.OK && code != Code.NONODE) {
            failed(code);
            return;
        }
        if (failure == Code.OK) {
            try {
                answer.accept(event);
            } catch (RuntimeException e) {
                System.getLogger(Reading.class.getName())
                        .log(System.Logger.Level.ERROR, "Node " + event.getPath() + " is not understood", e);
                failure = Code.MARSHALLINGERROR;
            }
        }
        one();
    }

    private void failed(Code code) {
        failure = code;
        one();
    }

    private void one() {
        if (--open == 0) {
            finished.run();
        }
    }
}
