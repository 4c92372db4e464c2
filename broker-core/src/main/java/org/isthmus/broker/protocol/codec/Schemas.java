package org.isthmus.broker.protocol.codec;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/** Which messages an API key stands for: the one place to ask, for Kafka's own keys and for keys that are added to them. */
final class Schemas {
    /** What is fixed of a message by its key. The versions are those that the message classes can read and write. */
    interface Schema {
        short minVersion();

        short maxVersion();

        short requestHeaderVersion(short version);

        short responseHeaderVersion(short version);

        ApiMessage newRequest();

        ApiMessage newResponse();

        default boolean knows(short version) {
            return version >= minVersion() && version <= maxVersion();
        }
    }

    private static final Map<Short, Schema> BY_KEY = new HashMap<>();

    static {
        for (var type : ApiMessageType.values()) {
            var versions = type.requestSchemas();
            // Some keys are reserved for messages that no longer exist.
            if (versions.length > 0 && type.lowestSupportedVersion() <= type.highestSupportedVersion(true)) {
                BY_KEY.put(type.apiKey(), new KafkaSchema(type));
            }
        }
        OwnApi.ALL.forEach(api -> BY_KEY.put(api.key(), new OwnSchema(api)));
    }

    private Schemas() {}

    static @Nullable Schema of(short apiKey) {
        return BY_KEY.get(apiKey);
    }

    private record KafkaSchema(ApiMessageType type) implements Schema {
        @Override
        public short minVersion() {
            return type.lowestSupportedVersion();
        }

        @Override
        public short maxVersion() {
            return type.highestSupportedVersion(true);
        }

        @Override
        public short requestHeaderVersion(short version) {
            return type.requestHeaderVersion(version);
        }

        /** ApiVersions answers with the oldest header always, so that a client can read it before it knows anything of the broker. */
        @Override
        public short responseHeaderVersion(short version) {
            return type.responseHeaderVersion(version);
        }

        @Override
        public ApiMessage newRequest() {
            return type.newRequest();
        }

        @Override
        public ApiMessage newResponse() {
            return type.newResponse();
        }
    }

    private record OwnSchema(OwnApi<?, ?> api) implements Schema {
        @Override
        public short minVersion() {
            return 0;
        }

        @Override
        public short maxVersion() {
            return 0;
        }

        @Override
        public short requestHeaderVersion(short version) {
            return 2;
        }

        @Override
        public short responseHeaderVersion(short version) {
            return 1;
        }

        @Override
        public ApiMessage newRequest() {
            return api.emptyRequest();
        }

        @Override
        public ApiMessage newResponse() {
            return api.emptyAnswer();
        }
    }
}
